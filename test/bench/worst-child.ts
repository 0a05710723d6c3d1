// Reads files as feeds, all at once, as those who crawl do, and prints how long that blocked the event loop and what it took.
import { readFileSync } from "node:fs";
import { withinFeedMemory } from "../../shared/crawl/feed-memory.ts";
import { FeedError } from "../../shared/feed/feed-error.ts";
import { readFeed } from "../../shared/feed/read-feed.ts";
import { maxInflatedBytes } from "../../shared/feed/xml/inflated-body.ts";
import { measureBlock } from "../support/block-meter.ts";

const URL = "https://feeds.example.com/feed.xml";

const [, , warmUp = "", ...files] = process.argv;
await read(readFileSync(warmUp));
const bodies = files.map((file) => readFileSync(file));
const idleMb = process.memoryUsage.rss() / 1e6;
const before = process.cpuUsage();
const { blockMs } = await measureBlock(() => Promise.all(bodies.map(read)));
const { user, system } = process.cpuUsage(before);
const peakMb = (process.resourceUsage().maxRSS * 1_024) / 1e6;
console.log(JSON.stringify({ blockMs, cpuMs: (user + system) / 1_000, addedMb: peakMb - idleMb }));

async function read(body: Buffer): Promise<void> {
  try {
    await withinFeedMemory({ numBytes: maxInflatedBytes(body) }, () =>
      readFeed({ body, contentType: undefined, url: URL }),
    );
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
  }
}
