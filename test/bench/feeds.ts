import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "./bench.ts";

const WORDS =
  "a quiet hour with two people who know how radio is made and why it matters to those who listen late at night".split(
    " ",
  );

/** Makes feeds that are the same in every run: RSS 2.0 with iTunes elements and show notes of some 1.5 KB an item. */
export function madeUpFeeds({ numFeeds, numItems }: { numFeeds: number; numItems: number }): Buffer[] {
  return Array.from({ length: numFeeds }, (_, feed) => {
    const items = Array.from({ length: numItems }, (_, i) => item({ feed, number: numItems - i }));
    return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Show ${feed}</title><link>https://show.example.com/${feed}/</link><language>en-us</language>
<atom:link href="https://feeds.example.com/${feed}.xml" rel="self" type="application/rss+xml"/>
<description>${words({ seed: feed, numWords: 60 })}</description><itunes:author>Author ${feed}</itunes:author>
<itunes:image href="https://show.example.com/${feed}/cover.jpg"/><itunes:explicit>false</itunes:explicit>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>
${items.join("\n")}
</channel></rss>
`);
  });
}

// From here on, an episode a week.
const FIRST_EPISODE_MS = Date.UTC(2015, 0, 5, 6);
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

function item({ feed, number }: { feed: number; number: number }): string {
  const seed = feed * 1_000 + number;
  const url = `https://show.example.com/${feed}/${number}`;
  const paragraphs = [1, 2, 3].map(
    (i) =>
      `<p>${words({ seed: seed + i, numWords: 45 })} <a href="${url}#${i}" class="link">${words({ seed, numWords: 3 })}</a>.</p>`,
  );
  const links = [1, 2, 3, 4].map((i) => `<li><a href="${url}/${i}"><em>Link</em> ${i}</a> &amp; more</li>`);
  return `<item><title>${number}: ${words({ seed, numWords: 6 })}</title><guid isPermaLink="false">show-${feed}-${number}</guid>
<link>${url}</link><pubDate>${new Date(FIRST_EPISODE_MS + number * WEEK_MS).toUTCString()}</pubDate>
<description>${words({ seed, numWords: 40 })}</description>
<content:encoded><![CDATA[<div>${paragraphs.join("\n")}<ul>${links.join("")}</ul></div>]]></content:encoded>
<enclosure url="https://media.example.com/${feed}/${number}.mp3" length="${20_000_000 + seed}" type="audio/mpeg"/>
<itunes:duration>00:${10 + (number % 50)}:00</itunes:duration><itunes:episode>${number}</itunes:episode><itunes:explicit>no</itunes:explicit>
<itunes:image href="https://show.example.com/${feed}/${number}.jpg"/><itunes:summary>${words({ seed, numWords: 40 })}</itunes:summary></item>`;
}

function words({ seed, numWords }: { seed: number; numWords: number }): string {
  // Prime to the number of words, so that no two texts near each other are the same.
  return Array.from({ length: numWords }, (_, i) => WORDS[(seed * 7 + i * 5 + (i % 3)) % WORDS.length]).join(" ");
}

/** Reads the collection of real podcasts that may lie beside the project. */
export async function realFeeds(): Promise<Buffer[] | undefined> {
  const folder = join(ROOT, "../shared/feeds/podcasts");
  if (!existsSync(folder)) return undefined;
  const files = (await readdir(folder)).filter((file) => file.endsWith(".xml")).sort();
  return Promise.all(files.map((file) => readFile(join(folder, file))));
}

export type FeedOrigin = {
  urls: string[];
  /** Whether a 304 answers If-None-Match; else the same bytes come again. */
  honoursValidators: boolean;
  close(): void;
};

/** Serves feeds from loopback, gzipped beforehand and with an ETag, as the hosts of most podcasts do. */
export async function startFeedOrigin(feeds: readonly Buffer[]): Promise<FeedOrigin> {
  const replies = new Map(
    feeds.map((body, i) => [
      `/${i}.xml`,
      { body: gzipSync(body), etag: `"${createHash("sha256").update(body).digest("hex")}"` },
    ]),
  );
  const server = createServer((request, response) => {
    const reply = replies.get(request.url ?? "");
    if (reply === undefined) return void response.writeHead(404).end();
    const { body, etag } = reply;
    if (origin.honoursValidators && request.headers["if-none-match"] === etag) {
      return void response.writeHead(304, { etag }).end();
    }
    response.writeHead(200, {
      "content-type": "application/rss+xml; charset=utf-8",
      "content-encoding": "gzip",
      "content-length": body.length,
      etag,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as { port: number };
  const origin: FeedOrigin = {
    urls: [...replies.keys()].map((path) => `http://127.0.0.1:${port}${path}`),
    honoursValidators: true,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return origin;
}
