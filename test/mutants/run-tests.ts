import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Mutant } from "./mutant.ts";
import { runsArtifacts } from "./nearest-tests.ts";
import type { Tree } from "./tree.ts";

/** `refused`: no test noticed it, but `npm run types` does. */
export type Verdict = "killed" | "survived" | "refused";

// For a machine that is busier now than it was when the tests ran without a mutant.
const SLOWER = 4;
const SLACK_MS = 15_000;
const BASELINE_MAX_MS = 300_000;
const BUILD = ["build.mjs", "--keep-manifests"];

const running = new Set<() => void>();

/** Ends all tests that run. */
export function endTests(): void {
  for (const end of running) end();
}

/** Runs a test file as it is. @returns how long it took, in ms; undefined where it fails, and so tells nothing */
export async function measure(tree: Tree, test: string): Promise<number | undefined> {
  if (runsArtifacts(test)) await isGreen(tree, BUILD, BASELINE_MAX_MS);
  const startMs = performance.now();
  if (await isGreen(tree, [test], BASELINE_MAX_MS)) return performance.now() - startMs;
  console.log(`Left out, as it fails without a mutant: ${test}`);
  return undefined;
}

/** Runs a mutant's tests, nearest first, until one fails. */
export async function judge(tree: Tree, mutant: Mutant, times: ReadonlyMap<string, number>): Promise<Verdict> {
  return await tree.with(mutant, async () => {
    let isBuilt = false;
    for (const [test, ms] of times) {
      if (runsArtifacts(test) && !isBuilt) {
        isBuilt = true;
        await isGreen(tree, BUILD, BASELINE_MAX_MS);
      }
      if (!(await isGreen(tree, [test], ms * SLOWER + SLACK_MS))) return "killed";
    }
    if (mutant.isSql) return "survived";
    const tsc = ["node_modules/typescript/bin/tsc", "--incremental", "--tsBuildInfoFile", "types.tsbuildinfo"];
    return (await isGreen(tree, tsc, BASELINE_MAX_MS)) ? "survived" : "refused";
  });
}

/** Runs node in the tree, and ends it with all that it started when the time is up. @returns whether it succeeded */
async function isGreen(tree: Tree, args: string[], timeoutMs: number): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: tree.path, detached: true, stdio: "ignore" });
  const end = () => {
    try {
      // Detached, so that its process group is its own.
      process.kill(-Number(child.pid), "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  running.add(end);
  const timer = setTimeout(end, timeoutMs);
  const [code] = await once(child, "exit");
  clearTimeout(timer);
  // A child that it started may be there still.
  end();
  running.delete(end);
  return code === 0;
}
