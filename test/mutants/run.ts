// What `npm run mutants [-- --sample 300 --from 0 --seed 1 --minutes 120 --jobs 1 --only shared/auth]` runs: changes
// sources a little, one change at a time in a copy of the project, and tells which changes no test notices.
// `--from 120` continues a run that ended after 120.
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { globalSetup, globalTeardown } from "../support/global-setup.ts";
import { makeMutants } from "./code-mutants.ts";
import { EQUIVALENTS, isSame } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import { findSources, nearestTests, ROOT } from "./nearest-tests.ts";
import { printReport } from "./report.ts";
import { endTests, judge, measure, type Verdict } from "./run-tests.ts";
import { takeSample } from "./sample.ts";
import { copyTree, type Tree } from "./tree.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "300" },
    from: { type: "string", default: "0" },
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

// As `nice` does: it may run for an hour beside other work.
setPriority(10);
const all = makeMutants(ROOT, sources).filter((mutant) => !EQUIVALENTS.some((it) => isSame(mutant, it)));
const mutants = takeSample(all, { size: Number(values.sample), seed: Number(values.seed) }).slice(Number(values.from));
console.log(`${mutants.length} of ${all.length} mutants of ${sources.length} files, seed ${values.seed}`);

const endMs = performance.now() + Number(values.minutes) * 60_000;
let isStopped = false;
const trees: Tree[] = [];
const measured = new Map<string, Promise<number | undefined>>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    isStopped = true;
    endTests();
  });
}
await globalSetup();
try {
  for (let i = 0; i < Number(values.jobs); i += 1) trees.push(await copyTree(ROOT));
  const verdicts = new Map<Mutant, Verdict>();
  await share(mutants, async (tree, mutant) => {
    const verdict = await judge(tree, mutant, await timesOf(tree, nearestTests(mutant.file)));
    // Its tests were ended, and tell nothing.
    if (isStopped) return;
    verdicts.set(mutant, verdict);
    console.log(`${verdicts.size} ${verdict}: ${mutant.file}:${mutant.line} ${mutant.what}`);
  });
  printReport(verdicts);
} finally {
  await Promise.all(trees.map((tree) => tree.remove()));
  await globalTeardown();
}

/** Does the tasks, one at a time in each tree, until the time is up. */
async function share<T>(tasks: readonly T[], work: (tree: Tree, task: T) => Promise<void>): Promise<void> {
  const rest = tasks.values();
  await Promise.all(
    trees.map(async (tree) => {
      for (const task of rest) {
        if (isStopped || performance.now() > endMs) return;
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
