import type { Bench, Row } from "../bench.ts";
import { makeDue, measurePost, measureTick, resetPodcasts } from "../crawler.ts";
import { type FeedOrigin, madeUpFeeds, realFeeds, startFeedOrigin } from "../feeds.ts";
import { type Comparison, compare, type Subject, type Table } from "../harness.ts";
import { bundleBaseline } from "../server-process.ts";

export default {
  name: "crawl",
  about: "one tick of a fresh process over feeds from loopback, against only fetching, decoding and digesting them",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 7, budgetMs: 35_000 };

async function* run(bench: Bench): AsyncGenerator<Table> {
  const { isQuick } = bench;
  const made = isQuick ? { numFeeds: 5, numItems: 20 } : { numFeeds: 40, numItems: 100 };
  yield* crawlAll(bench, { name: "made-up feeds", feeds: madeUpFeeds(made) });
  const real = isQuick ? undefined : await realFeeds();
  if (real !== undefined) yield* crawlAll(bench, { name: "real feeds", feeds: real });
}

type FeedSet = { name: string; feeds: readonly Buffer[] };

async function* crawlAll(bench: Bench, { name, feeds }: FeedSet): AsyncGenerator<Table> {
  const origin = await startFeedOrigin(feeds);
  const { subjects, numEpisodes } = await prepare(bench, origin);
  const comparison = await compare(subjects, bench.limits(LIMITS));
  origin.close();
  const numBytes = feeds.reduce((sum, { length }) => sum + length, 0);
  yield {
    title: `${feeds.length} ${name}, ${(numBytes / 1e6).toFixed(1)} MB, ${numEpisodes} episodes, ${comparison.numRounds} rounds`,
    ...comparison,
    notes: notesOf(comparison, { numFeeds: feeds.length, numEpisodes }),
  };
}

async function prepare(bench: Bench, origin: FeedOrigin) {
  const { urls } = origin;
  const floor = await bundleBaseline("fetch-floor", bench.directory);
  const file = await bench.copyArtifact("tick-crawl");
  const [emptyUrl, crawledUrl] = [await bench.createDatabase(), await bench.createDatabase()];
  await resetPodcasts(crawledUrl, urls);
  const { result } = await measureTick({ file, databaseUrl: crawledUrl, numFeeds: urls.length });

  async function crawlAgain(honoursValidators: boolean) {
    origin.honoursValidators = honoursValidators;
    await makeDue(crawledUrl);
    const { metrics } = await measureTick({ file, databaseUrl: crawledUrl, numFeeds: urls.length });
    return metrics;
  }

  const subjects: [Subject, ...Subject[]] = [
    {
      name: "fetch, decode, sha256",
      measure: async () => (await measurePost({ file: floor, body: JSON.stringify(urls) })).metrics,
    },
    {
      name: "first crawl",
      measure: async () => {
        await resetPodcasts(emptyUrl, urls);
        return (await measureTick({ file, databaseUrl: emptyUrl, numFeeds: urls.length })).metrics;
      },
    },
    { name: "second crawl, same bytes", measure: () => crawlAgain(false) },
    { name: "second crawl, 304", measure: () => crawlAgain(true) },
  ];
  return { subjects, numEpisodes: result.numEpisodesInserted };
}

type Counts = { numFeeds: number; numEpisodes: number };

function notesOf({ rows }: Comparison, { numFeeds, numEpisodes }: Counts): string[] {
  const seconds = new Map(rows.map(({ name, cells }) => [name, (cells[0]?.value ?? Number.NaN) / 1_000]));
  const rate = (count: number, name: string) => (count / (seconds.get(name) ?? Number.NaN)).toFixed(0);
  return [
    `first crawl: ${rate(numFeeds, "first crawl")} feeds/s, ${rate(numEpisodes, "first crawl")} episodes/s; second: ` +
      `${rate(numFeeds, "second crawl, same bytes")} feeds/s with the same bytes, ${rate(numFeeds, "second crawl, 304")} with 304`,
  ];
}
