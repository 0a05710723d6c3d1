// What `npm run bench [row...] [--quick]` runs, after a build.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkDist } from "../support/dist.ts";
import { createBench, type Row } from "./bench.ts";
import { formatTable } from "./harness.ts";
import accounts from "./rows/accounts.ts";
import coldStart from "./rows/cold-start.ts";
import crawl from "./rows/crawl.ts";
import large from "./rows/large.ts";
import mail from "./rows/mail.ts";
import parse from "./rows/parse.ts";
import push from "./rows/push.ts";
import readerScore from "./rows/reader-score.ts";
import schedule from "./rows/schedule.ts";
import sizes from "./rows/sizes.ts";
import warm from "./rows/warm.ts";
import worst from "./rows/worst.ts";
import { killServers } from "./server-process.ts";

const ROWS: readonly Row[] = [
  sizes,
  coldStart,
  warm,
  crawl,
  parse,
  worst,
  accounts,
  mail,
  push,
  schedule,
  readerScore,
  large,
];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean" } } });
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(`Cannot bench "${unknown.join('", "')}": the rows are ${ROWS.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
if (process.platform !== "linux") {
  console.error(`Cannot bench on ${process.platform}: CPU time and memory are read from /proc`);
  process.exit(1);
}

checkDist();
const directory = await mkdtemp(join(tmpdir(), "podcore-bench-"));
const bench = createBench({ directory, isQuick: values.quick ?? false });
let cleaning: Promise<void> | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => cleanUp().then(() => process.exit(1)));
try {
  console.log(
    `Node ${process.version}, ${availableParallelism()} processors. Compare ratios, and within a table only:`,
  );
  console.log(
    '"again" is the baseline measured twice, so its ratio is noise. ± is the median distance from the median.',
  );
  for (const row of ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    const startedAt = performance.now();
    console.log(`\n# ${row.name}: ${row.about}`);
    for await (const table of row.run(bench)) console.log(`\n${formatTable(table)}`);
    console.log(`\n  (took ${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
  }
} finally {
  await cleanUp();
}

/** Postgres is of a process group of its own, and would outlive Ctrl-C. Once only, also where a signal ends a row. */
function cleanUp(): Promise<void> {
  cleaning ??= (async () => {
    killServers();
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  })();
  return cleaning;
}
