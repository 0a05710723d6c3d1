import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench, Row } from "../bench.ts";
import { madeUpFeeds, realFeeds } from "../feeds.ts";
import { compare, type Subject, type Table } from "../harness.ts";

export default {
  name: "parse",
  about: "bytes to our model, show notes sanitised, against stock feedparser making its own model of the same bytes",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 7, budgetMs: 25_000 };
const PARSE_TIMEOUT_MS = 120_000;

async function* run(bench: Bench): AsyncGenerator<Table> {
  const made = bench.isQuick ? { numFeeds: 2, numItems: 20 } : { numFeeds: 20, numItems: 100 };
  yield* parseAll(bench, { name: "made-up feeds", feeds: madeUpFeeds(made) });
  const real = bench.isQuick ? undefined : await realFeeds();
  if (real !== undefined) yield* parseAll(bench, { name: "real feeds", feeds: real });
}

type FeedSet = { name: string; feeds: readonly Buffer[] };

async function* parseAll(bench: Bench, { name, feeds }: FeedSet): AsyncGenerator<Table> {
  const folder = join(bench.directory, name);
  await mkdir(folder);
  await Promise.all(feeds.map((body, i) => writeFile(join(folder, `${i}.xml`), body)));
  const numBytes = feeds.reduce((sum, { length }) => sum + length, 0);
  const comparison = await compare([subject("feedparser", folder), subject("readFeed", folder)], bench.limits(LIMITS));
  const rates = comparison.rows.map(
    (row) => `${row.name} ${(numBytes / 1_000 / (row.cells[0]?.value ?? 0)).toFixed(1)} MB/s`,
  );
  yield {
    title: `${feeds.length} ${name}, ${(numBytes / 1e6).toFixed(1)} MB, ${comparison.numRounds} rounds`,
    ...comparison,
    notes: [rates.join(", ")],
  };
}

function subject(parser: string, folder: string): Subject {
  const file = join(import.meta.dirname, "../parse-child.ts");
  return {
    name: parser,
    measure: async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [file, parser, folder], {
        timeout: PARSE_TIMEOUT_MS,
      });
      const { ms, cpuMs } = JSON.parse(stdout);
      return { ms, "cpu ms": cpuMs };
    },
  };
}
