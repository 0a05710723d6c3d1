import { LOOPBACK } from "../../support/loopback.ts";
import { scoreCrawler } from "../../support/reader-score.ts";
import type { Bench, Row } from "../bench.ts";
import { PING } from "../crawler.ts";
import type { Table } from "../harness.ts";
import { post, startServer } from "../server-process.ts";

export default {
  name: "reader-score",
  about:
    "what the crawl tick does to 1,000 hosts in 30 simulated days with 20 restarts, by the rules of the feed reader score",
  run,
} satisfies Row;

async function* run(bench: Bench): AsyncGenerator<Table> {
  const size = bench.isQuick
    ? { numFeeds: 40, numDays: 1, numRestarts: 2 }
    : { numFeeds: 1_000, numDays: 30, numRestarts: 20 };
  const file = await bench.copyArtifact("tick-crawl");
  const { numFeeds, numDays, numRestarts, ...counts } = await scoreCrawler({
    databaseUrl: await bench.createDatabase(),
    ...size,
    fetchAllow: LOOPBACK.join(","),
    start: async (environment) => {
      const server = await startServer({ file, path: "/health", environment });
      return { tick: () => post({ url: `${server.url}/`, headers: PING, body: "{}" }), stop: server.stop };
    },
  });
  yield {
    title: `${numFeeds} feeds on as many hosts, ${numDays} days, ${numRestarts} restarts`,
    columns: ["number"],
    rows: Object.entries(counts).map(([name, value]) => ({ name: words(name), cells: [{ value }] })),
    notes: [`requests a feed a day: ${(counts.numRequests / numFeeds / numDays).toFixed(2)}`],
  };
}

/** Writes "numInSkippedHours" as "in skipped hours". */
function words(name: string): string {
  return name
    .replace(/^num/, "")
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}
