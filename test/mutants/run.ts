// What `npm run mutants [-- --sample 300 --seed 1 --minutes 120 --jobs 1 --only shared/auth]` runs: changes sources a little, one change
// at a time in a copy of the project, and tells which changes no test notices.
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { globalSetup, globalTeardown } from "../support/global-setup.ts";
import { makeMutants } from "./code-mutants.ts";
import { isEquivalent } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import { findSources, nearestTests, ROOT } from "./nearest-tests.ts";
import { printReport } from "./report.ts";
import { judge, measure, type Verdict } from "./run-tests.ts";
import { takeSample } from "./sample.ts";
import { copyTree, type Tree } from "./tree.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "120" },
    jobs: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [""] },
  },
});
const sources = findSources().filter((file) => values.only.some((prefix) => file.startsWith(prefix)));
if (sources.length === 0) {
  console.error(`Cannot mutate "${values.only.join('", "')}": test/mutants/nearest-tests.ts names no such source`);
  process.exit(1);
}

// The lowest: it may run for an hour beside other work.
setPriority(19);
const all = makeMutants(ROOT, sources).filter((mutant) => !isEquivalent(mutant));
const mutants = takeSample(all, { size: Number(values.sample), seed: Number(values.seed) });
console.log(`${mutants.length} of ${all.length} mutants of ${sources.length} files, seed ${values.seed}`);

const endMs = performance.now() + Number(values.minutes) * 60_000;
const trees: Tree[] = [];
const measured = new Map<string, Promise<number | undefined>>();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void close().finally(() => process.exit(1)));
await globalSetup();
try {
  for (let i = 0; i < Number(values.jobs); i += 1) trees.push(await copyTree(ROOT));
  const verdicts = new Map<Mutant, Verdict>();
  await share(mutants, async (tree, mutant) => {
    const verdict = await judge(tree, mutant, await timesOf(tree, nearestTests(mutant.file)));
    verdicts.set(mutant, verdict);
    console.log(`${verdicts.size} ${verdict}: ${mutant.file}:${mutant.line} ${mutant.what}`);
  });
  printReport(verdicts);
} finally {
  await close();
}

/** Does the tasks, one at a time in each tree, until the time is up. */
async function share<T>(tasks: readonly T[], work: (tree: Tree, task: T) => Promise<void>): Promise<void> {
  const rest = tasks.values();
  await Promise.all(
    trees.map(async (tree) => {
      for (const task of rest) {
        if (performance.now() > endMs) return;
        await work(tree, task);
      }
    }),
  );
}

/** How long each test takes that can tell something: the first time that it is asked for, it runs without a mutant. */
async function timesOf(tree: Tree, tests: readonly string[]): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  for (const test of tests) {
    const measuring = measured.get(test) ?? measure(tree, test);
    measured.set(test, measuring);
    const ms = await measuring;
    if (ms !== undefined) known.set(test, ms);
  }
  return known;
}

async function close(): Promise<void> {
  await Promise.all(trees.splice(0).map((tree) => tree.remove()));
  await globalTeardown();
}
