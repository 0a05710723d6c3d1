// A podcast that npm start serves itself, so that you can add and play something without the internet.
import { isIPv4 } from "node:net";
import type { Config } from "../config.ts";
import { isAllowedPort } from "../fetch/address.ts";
import { ICON_SVG } from "../web/icon.ts";
import { chimes } from "./chimes.ts";

type Reply = { status: number; headers: Record<string, string>; body: string | Buffer };
type Request = { path: string; range?: string | undefined };

export type SampleShow = {
  /** The page with the button that adds the podcast. */
  pageUrl: string;
  /** Entry for PODCORE_FETCH_ALLOW that lets podcore fetch the feed: only this address and port. */
  allow: string;
  /** Answers requests for the sample podcast's paths; undefined for other paths. */
  reply(request: Request): Reply | undefined;
};

type Piece = { number: number; title: string; about: string; chapters: readonly string[]; notes: readonly number[] };

// `notes` are frequencies in hertz.
const PIECES: readonly Piece[] = [
  {
    number: 1,
    title: "Rising chimes",
    about: "A scale that climbs, rests and climbs again.",
    chapters: ["The climb", "The rest", "The climb again"],
    notes: [262, 294, 330, 349, 392, 440, 494, 523],
  },
  {
    number: 2,
    title: "Falling chimes",
    about: "The same scale on its way down.",
    chapters: ["The top", "The middle", "The ground"],
    notes: [523, 494, 440, 392, 349, 330, 294, 262],
  },
  {
    number: 3,
    title: "Chords, taken apart",
    about: "Three chords, one note after the other.",
    chapters: ["C major", "F major", "G major"],
    notes: [262, 330, 392, 523, 349, 440, 523, 392],
  },
];
const SECONDS = 60;

/** Makes the sample podcast. Undefined if podcore could not fetch it, or if adding a podcast requires an account. */
export function createSampleShow({ env, host, port, publicUrl }: Config): SampleShow | undefined {
  const address = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  if (env !== "development" || !isIPv4(address) || !isAllowedPort(port)) return undefined;
  const feedUrl = `http://${address}:${port}/sample/feed.xml`;

  return {
    pageUrl: `${publicUrl}/sample`,
    allow: `${address}/32:${port}`,
    reply({ path, range }) {
      if (path === "/sample") return textReply("text/html", page(feedUrl));
      if (path === "/sample/feed.xml") return textReply("application/rss+xml", feed(publicUrl));
      if (path === "/sample/artwork.svg") return textReply("image/svg+xml", ICON_SVG);
      const piece = PIECES.find(({ number }) => path === `/sample/${number}.wav`);
      return piece && partReply(chimes({ notes: piece.notes, seconds: SECONDS }), range);
    },
  };
}

function textReply(type: string, body: string): Reply {
  return { status: 200, headers: { "content-type": `${type}; charset=utf-8` }, body };
}

/** Supports range requests (RFC 9110 14), without which players cannot seek. */
function partReply(whole: Buffer, range: string | undefined): Reply {
  const headers = { "accept-ranges": "bytes", "content-type": "audio/wav" };
  const [, from, to] = /^bytes=(\d{1,9})-(\d{0,9})$/.exec(range ?? "") ?? [];
  if (from === undefined) return { status: 200, headers, body: whole };
  const first = Number(from);
  const last = Math.min(to ? Number(to) : whole.length, whole.length - 1);
  if (first > last) return { status: 416, headers: { "content-range": `bytes */${whole.length}` }, body: "" };
  const contentRange = `bytes ${first}-${last}/${whole.length}`;
  return { status: 206, headers: { ...headers, "content-range": contentRange }, body: whole.subarray(first, last + 1) };
}

function page(feedUrl: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sample podcast</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem } pre { white-space: pre-wrap; overflow-wrap: anywhere } button { font: inherit; padding: .4em 1em }</style>
</head>
<body>
<main>
<h1>Sample podcast</h1>
<p>Three short episodes with sound, chapters and artwork. podcore serves the feed itself, so that it works without the internet.</p>
<form action="/podcasts" method="post">
<input type="hidden" name="url" value="${feedUrl}">
<button type="submit">Add the sample podcast</button>
</form>
<p>Or from a shell:</p>
<pre><code>${addCommand(feedUrl)}</code></pre>
</main>
</body>
</html>
`;
}

function addCommand(feedUrl: string): string {
  const { origin } = new URL(feedUrl);
  return `curl -i ${origin}/podcasts -d url=${feedUrl}`;
}

function feed(publicUrl: string): string {
  const items = PIECES.map((piece) => item(piece, publicUrl));
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
<title>Sample Show</title><link>${publicUrl}/sample</link><language>en</language>
<description>A podcast that podcore serves itself, to try the player, the chapters and the search without the internet.</description>
<itunes:author>podcore</itunes:author><itunes:image href="${publicUrl}/sample/artwork.svg"/><itunes:explicit>false</itunes:explicit>
<itunes:category text="Technology"/>
${items.join("\n")}
</channel></rss>
`;
}

function item({ number, title, about, chapters }: Piece, publicUrl: string): string {
  const publishedAt = new Date(Date.UTC(2026, 0, number)).toUTCString();
  const length = chimes({ notes: [], seconds: SECONDS }).length;
  const starts = chapters.map((_, i) => `00:${String((SECONDS / chapters.length) * i).padStart(2, "0")}`);
  const list = chapters.map((chapter, i) => `<li>${starts[i]} ${chapter}</li>`).join("");
  return `<item><guid isPermaLink="false">podcore-sample-${number}</guid><title>${title}</title><pubDate>${publishedAt}</pubDate>
<enclosure url="${publicUrl}/sample/${number}.wav" length="${length}" type="audio/wav"/>
<itunes:duration>${SECONDS}</itunes:duration><itunes:episode>${number}</itunes:episode>
<description><![CDATA[<p>${about}</p><ul>${list}</ul>]]></description></item>`;
}
