import assert from "node:assert/strict";
import test from "node:test";
import { chooseTranscripts } from "../../../shared/feed/files/choose-transcripts.ts";

const at = (file: string) => `https://example.com/${file}`;

test("chooseTranscripts() prefers files with times, by type or else by name", () => {
  const transcripts = [
    { url: at("t.txt"), type: "text/plain" },
    { url: at("t.html"), type: "text/html" },
    { url: at("t.srt"), type: "application/x-subrip" },
    { url: at("t"), type: "application/json" },
    { url: at("t.vtt") },
  ];

  assert.deepEqual(
    chooseTranscripts(transcripts, { language: "en", max: 4 }).map(({ url }) => url),
    [at("t.vtt"), at("t"), at("t.srt"), at("t.html")],
  );
});

test("chooseTranscripts() prefers the show's language to times, and its region to another", () => {
  const transcripts = [
    { url: at("es.vtt"), type: "text/vtt", language: "es" },
    { url: at("us.vtt"), type: "text/vtt", language: "en-US" },
    { url: at("gb.html"), type: "text/html", language: "en_gb" },
    { url: at("own.srt"), type: "application/srt" },
  ];

  assert.deepEqual(
    chooseTranscripts(transcripts, { language: "en-gb", max: 4 }).map(({ url }) => url),
    [at("own.srt"), at("gb.html"), at("us.vtt"), at("es.vtt")],
  );
});
