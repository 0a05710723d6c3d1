import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { readTranscript } from "../../../shared/feed/files/read-transcript.ts";
import { MAX_SEGMENTS, MAX_TEXT, textOf } from "../../../shared/feed/files/segments.ts";
import { measureBlock } from "../../support/block-meter.ts";

function read(text: string | Buffer, contentType?: string) {
  const body = typeof text === "string" ? Buffer.from(text) : text;
  return readTranscript({ body, contentType, url: "https://example.com/t" });
}

async function segmentsOf(text: string | Buffer, contentType?: string) {
  return (await read(text, contentType))?.segments;
}

const VTT = `WEBVTT - made by hand

STYLE
::cue { color: red }

NOTE
This is no cue

intro
00:01.500 --> 00:04.000 align:start position:10%
<v.loud Ada Example>Good <i>evening</i> &amp; welcome</v>
<v Bo>Hello.

2
01:00:00.000 --> 01:00:02,250
Both <00:00:01.000>of <c.yellow>us</c>
on two lines
`;

test("readTranscript() reads WebVTT: voices, classes, notes, times without hours", async () => {
  const found = await read(VTT);

  assert.deepEqual(found, {
    type: "text/vtt",
    segments: [
      { startSeconds: 1.5, endSeconds: 4, speaker: "Ada Example", text: "Good evening & welcome" },
      { startSeconds: 1.5, endSeconds: 4, speaker: "Bo", text: "Hello." },
      { startSeconds: 3600, endSeconds: 3602.25, text: "Both of us on two lines" },
    ],
  });
});

for (const [name, text] of [
  ["with CRLF and a byte order mark", `\uFEFF${VTT.replaceAll("\n", "\r\n")}`],
  ["with CR alone", VTT.replaceAll("\n", "\r")],
  ["as UTF-16", Buffer.from(`\uFEFF${VTT}`, "utf16le")],
  ["gzipped, without a Content-Encoding", gzipSync(VTT)],
] as const) {
  test(`readTranscript() reads a file ${name}`, async () => {
    assert.deepEqual(await segmentsOf(text), await segmentsOf(VTT));
  });
}

const SRT = `1
00:00:01,000 --> 00:00:03,500
Ada: The first line
goes on

2
0:00:03.5 --> 0:00:06
and on

3
00:00:05,000 --> 00:00:07,000
{\\an8}Bo Example: I overlap

with a blank line
4
00:00:08,000 --> 00:00:09,000
Ada: Bye
5
00:00:09,000 --> 00:00:10,000
Bo Example: <font color="#fff">Bye</font>`;

test("readTranscript() reads SubRip: speakers hold until the next one, captions may overlap and have blank lines", async () => {
  const found = await read(SRT, "text/plain");

  assert.deepEqual(found, {
    type: "application/x-subrip",
    segments: [
      { startSeconds: 1, endSeconds: 3.5, speaker: "Ada", text: "The first line goes on" },
      { startSeconds: 3.5, endSeconds: 6, speaker: "Ada", text: "and on" },
      { startSeconds: 5, endSeconds: 7, speaker: "Bo Example", text: "I overlap with a blank line" },
      { startSeconds: 8, endSeconds: 9, speaker: "Ada", text: "Bye" },
      { startSeconds: 9, endSeconds: 10, speaker: "Bo Example", text: "Bye" },
    ],
  });
});

test("readTranscript() takes no speaker from a colon that introduces nobody", async () => {
  const lines = ["So here is the thing: we left", "Next: Vienna", "It was 12:30 there", "http://example.com/: see"];
  const srt = lines.map((line, i) => `${i}\n00:00:0${i},000 --> 00:00:0${i},900\n${line}\n`).join("\n");

  const segments = await segmentsOf(srt);

  assert.deepEqual(
    segments?.map(({ speaker, text }) => [speaker, text]),
    lines.map((line) => [undefined, line]),
  );
});

test("readTranscript() reads the podcast namespace's JSON, sorts it, and skips what it cannot read", async () => {
  const json = {
    version: "1.0.0",
    segments: [
      { speaker: "Bo", startTime: 12.34567, endTime: 15, body: "Second of the segments" },
      { speaker: "Ada", startTime: 0.5, endTime: 0.25, body: "First of the segments" },
      { speaker: "Ada", startTime: 0.5 },
      null,
      "text",
    ],
  };

  assert.deepEqual(await read(JSON.stringify(json)), {
    type: "application/json",
    segments: [
      { startSeconds: 0.5, speaker: "Ada", text: "First of the segments" },
      { startSeconds: 12.346, endSeconds: 15, speaker: "Bo", text: "Second of the segments" },
    ],
  });
});

test("readTranscript() joins the words of a file that has a segment for each", async () => {
  const words = "Good evening and welcome to the show. Tonight we ride the night train".split(" ");
  const segments = words.map((body, i) => ({ speaker: i < 9 ? "Ada" : "Bo", startTime: i, endTime: i + 0.9, body }));

  assert.deepEqual(await segmentsOf(JSON.stringify({ segments })), [
    { startSeconds: 0, endSeconds: 6.9, speaker: "Ada", text: "Good evening and welcome to the show." },
    { startSeconds: 7, endSeconds: 8.9, speaker: "Ada", text: "Tonight we" },
    { startSeconds: 9, endSeconds: 12.9, speaker: "Bo", text: "ride the night train" },
  ]);
});

test("readTranscript() reads the podcast namespace's HTML, and no script", async () => {
  const html = `<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head><body><script>alert(1)</script>
<cite>Ada Example:</cite><time>0:00</time><p>Good &lt;b&gt; evening<br>to all</p><p>Again</p>
<cite>Bo:</cite> <time>1:02:03</time> <p>Hello</p></body></html>`;

  assert.deepEqual(await read(html, "text/html"), {
    type: "text/html",
    segments: [
      { startSeconds: 0, speaker: "Ada Example", text: "Good <b> evening to all" },
      { speaker: "Ada Example", text: "Again" },
      { startSeconds: 3723, speaker: "Bo", text: "Hello" },
    ],
  });
});

test("readTranscript() reads plain text by paragraphs", async () => {
  assert.deepEqual(await read("Ada: One < two\nand three\n \nBo: Four\n\nAda: Five\r\n\r\nBo: Six"), {
    type: "text/plain",
    segments: [
      { speaker: "Ada", text: "One < two and three" },
      { speaker: "Bo", text: "Four" },
      { speaker: "Ada", text: "Five" },
      { speaker: "Bo", text: "Six" },
    ],
  });
});

for (const [name, text] of [
  ["nothing", ""],
  ["no cue", "WEBVTT\n\nNOTE nothing\n"],
  ["other JSON", '{"chapters":[]}'],
  ["broken JSON", '{"segments":[{"body":"a"'],
  ["more than 4 MiB", `WEBVTT\n\n00:01.000 --> 00:02.000\n${"x ".repeat(3_000_000)}`],
] as const) {
  test(`readTranscript() returns undefined for ${name}`, async () => {
    assert.equal(await read(text), undefined);
  });
}

test("readTranscript() refuses a damaged gzip file", async () => {
  await assert.rejects(read(gzipSync(VTT).subarray(0, 40)), { name: "FeedError" });
});

test("readTranscript() keeps to its limits, and loses no part of a long paragraph", async () => {
  const cue = (i: number) => `0:${i}.000 --> 0:${i}.900\nA caption of about thirty characters\n\n`;
  const many = await segmentsOf(`WEBVTT\n\n${Array.from({ length: MAX_SEGMENTS + 10 }, (_, i) => cue(i)).join("")}`);
  const long = await segmentsOf(`<p>${"Nine words are as good as any other nine. ".repeat(1_000)}</p>`, "text/html");
  const longest = await segmentsOf("A word. ".repeat(MAX_TEXT / 4), "text/plain");

  assert.equal(many?.length, MAX_SEGMENTS);
  assert.ok((long?.length ?? 0) > 1);
  assert.equal(
    textOf(long ?? []).replaceAll("\n", " "),
    "Nine words are as good as any other nine. ".repeat(1_000).trim(),
  );
  assert.ok(textOf(longest ?? []).length <= MAX_TEXT + MAX_SEGMENTS);
});

// Up to 4 MiB each, of shapes that would take a naive reader quadratic time.
const HOSTILE: Record<string, string> = {
  "lines of one cue": `WEBVTT\n\n00:01.000 --> 00:02.000\n${"x\n".repeat(2_000_000)}`,
  "open voice tags": `WEBVTT\n\n00:01.000 --> 00:02.000\n${"<v ".repeat(1_000_000)}`,
  "voice tags": `WEBVTT\n\n${`00:01.000 --> 00:02.000\n${"<v A>b".repeat(1_000)}\n\n`.repeat(600)}`,
  arrows: `WEBVTT\n\n${"-->\n".repeat(1_000_000)}`,
  "cues without text": `WEBVTT\n\n${"0:01 --> 0:02\n".repeat(250_000)}`,
  "open braces": `1\n00:00:01,000 --> 00:00:02,000\n${"{\\".repeat(2_000_000)}`,
  names: `1\n00:00:01,000 --> 00:00:02,000\n${"A: b\n".repeat(800_000)}`,
  "nested tags": `<div>${"<b>".repeat(700_000)}${"</i>".repeat(400_000)}`,
  paragraphs: `<div>${"<p>x".repeat(1_000_000)}`,
  times: `<div>${"<time>".repeat(600_000)}`,
  "blank lines": `text${"\n \n".repeat(1_000_000)}`,
  "nested arrays": `{"segments":${"[".repeat(4_000_000)}`,
  segments: `{"segments":[${'{"body":"a"},'.repeat(300_000)}null]}`,
  words: `{"segments":[${'{"body":"hello","startTime":1.25,"endTime":1.5,"speaker":"Ada"},'.repeat(60_000)}null]}`,
  entities: `<div>${"&amp;".repeat(800_000)}`,
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`readTranscript() gives others their turn while it reads ${name}`, { timeout: 60_000 }, async (t) => {
    await read("warm up");

    const { result, blockMs } = await measureBlock(() => read(text));

    t.diagnostic(`blocked for ${blockMs.toFixed(1)} ms`);
    assert.ok((result?.segments.length ?? 0) <= MAX_SEGMENTS);
    // Ten times the aim.
    assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
  });
}
