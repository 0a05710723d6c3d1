import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { WORST_INPUTS } from "../../feed/worst-inputs.ts";
import type { Bench, Row } from "../bench.ts";
import { madeUpFeeds } from "../feeds.ts";
import { compare, type Subject, type Table } from "../harness.ts";

export default {
  name: "worst",
  about: "how long the worst feeds of up to 16 MiB hold the event loop, against an ordinary feed of that size",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 3, budgetMs: 0 };
const READ_TIMEOUT_MS = 120_000;
// Some 12 MB, and what an archive of many years has.
const ORDINARY = { numFeeds: 1, numItems: 4_500 };
const NUM_AT_ONCE = 6;

async function* run(bench: Bench): AsyncGenerator<Table> {
  const folder = join(bench.directory, "worst");
  await mkdir(folder);
  const save = async (name: string, body: string | Buffer) => {
    const file = join(folder, name);
    await writeFile(file, body);
    return file;
  };
  const [warmUp = ""] = madeUpFeeds({ numFeeds: 1, numItems: 50 });
  const [ordinary = ""] = madeUpFeeds(bench.isQuick ? { ...ORDINARY, numItems: 50 } : ORDINARY);
  const warmUpFile = await save("warm-up.xml", warmUp);
  const ordinaryFile = await save("ordinary.xml", ordinary);
  const subject = (name: string, files: string[]): Subject => ({
    name,
    measure: () => measure([warmUpFile, ...files]),
  });

  const worst: Subject[] = [];
  for (const [i, { name, make }] of WORST_INPUTS.slice(0, bench.isQuick ? 1 : undefined).entries()) {
    worst.push(subject(name, [await save(`${i}.xml`, make())]));
  }
  const alone = await compare([subject("ordinary feed", [ordinaryFile]), ...worst], bench.limits(LIMITS));
  yield { title: "One feed in a process", ...alone };

  const zipped = await save("ordinary.xml.gz", gzipSync(ordinary));
  const atOnce = (file: string) => Array.from({ length: NUM_AT_ONCE }, () => file);
  const together = await compare(
    [subject("ordinary feed", [ordinaryFile]), subject("plain", atOnce(ordinaryFile)), subject("gzip", atOnce(zipped))],
    bench.limits(LIMITS),
  );
  yield { title: `${NUM_AT_ONCE} ordinary feeds at once`, ...together };
}

async function measure(files: string[]): Promise<Record<string, number>> {
  const child = join(import.meta.dirname, "../worst-child.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [child, ...files], { timeout: READ_TIMEOUT_MS });
  const { blockMs, cpuMs, addedMb } = JSON.parse(stdout);
  return { "block ms": blockMs, "cpu ms": cpuMs, "added MB": addedMb };
}
