// Reads every file of a folder with one of the parsers, in a process of its own, and prints how long that took.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import FeedParser from "feedparser";
import { readFeed } from "../../shared/feed/read-feed.ts";

const FEED_URL = "https://feeds.example.com/feed.xml";
// What a socket gives at once.
const CHUNK_BYTES = 65_536;

const PARSERS: Record<string, (body: Buffer) => Promise<number>> = {
  feedparser: readWithFeedparser,
  readFeed: async (body) => {
    const { episodes, numSkipped } = await readFeed({ body, contentType: undefined, url: FEED_URL });
    return episodes.length + numSkipped;
  },
};

const [, , name = "", folder = ""] = process.argv;
const read = PARSERS[name];
if (read === undefined) throw new Error(`Cannot parse with "${name}"`);
const bodies = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
const before = process.cpuUsage();
const startedAt = performance.now();
let numItems = 0;
for (const body of bodies) numItems += await read(body);
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, numItems }));

/** As its README has it. It decodes UTF-8 only; another charset costs it no less. */
function readWithFeedparser(body: Buffer): Promise<number> {
  const parser = new FeedParser({ feedurl: FEED_URL });
  let numItems = 0;
  return new Promise((resolve, reject) => {
    parser.on("error", reject);
    parser.on("readable", () => {
      while (parser.read() !== null) numItems += 1;
    });
    parser.on("end", () => resolve(numItems));
    Readable.from(chunksOf(body)).pipe(parser);
  });
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let i = 0; i < body.length; i += CHUNK_BYTES) yield body.subarray(i, i + CHUNK_BYTES);
}
