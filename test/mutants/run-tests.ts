import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";
import type { Tree } from "./tree.ts";

/** `refused`: no test noticed it, but `npm run types` does. */
export type Verdict = "killed" | "survived" | "refused";

// For a machine that is busier now than it was when the tests ran without a mutant.
const SLOWER = 4;
const SLACK_MS = 15_000;
const BASELINE_MAX_MS = 300_000;

/** Runs a test file as it is. @returns how long it took, in ms @throws Error where it fails */
export async function measure(tree: Tree, test: string): Promise<number> {
  const startMs = performance.now();
  const { isGreen, output } = await runNode(tree, ["--test-reporter=tap", test], BASELINE_MAX_MS);
  if (!isGreen) throw new Error(`Cannot judge by "${test}": it fails without a mutant\n${output}`);
  return performance.now() - startMs;
}

/** Runs a mutant's tests, nearest first, until one fails. */
export async function judge(tree: Tree, mutant: Mutant, times: Map<string, number>): Promise<Verdict> {
  return await tree.with(mutant, async () => {
    for (const [test, ms] of times) {
      const { isGreen } = await runNode(tree, [test], ms * SLOWER + SLACK_MS);
      if (!isGreen) return "killed";
    }
    const tsc = join(tree.path, "node_modules/typescript/bin/tsc");
    const { isGreen } = await runNode(
      tree,
      [tsc, "--incremental", "--tsBuildInfoFile", "types.tsbuildinfo"],
      BASELINE_MAX_MS,
    );
    return isGreen ? "survived" : "refused";
  });
}

/** Runs node in the tree, and ends it with all that it started when the time is up. */
async function runNode(tree: Tree, args: string[], timeoutMs: number): Promise<{ isGreen: boolean; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: tree.path,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const end = () => {
    try {
      // Detached, so that its process group is its own.
      process.kill(-Number(child.pid), "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  process.once("exit", end);
  const timer = setTimeout(end, timeoutMs);
  const [code] = await once(child, "exit");
  clearTimeout(timer);
  end();
  process.off("exit", end);
  return { isGreen: code === 0, output: output.slice(-4_000) };
}
