import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const VARIABLE = "PODCORE_TEST_DIST";

/** Asks the build once for all test files, whose processes inherit the answer: is dist/ made of the sources as they are? */
export function checkDist(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, "build.mjs"), "--check"], { stdio: "ignore" });
  process.env[VARIABLE] = status === 0 ? "fresh" : "stale";
}

/** Returns the folder of the artifacts, for tests that run them. @throws Error if they were built from other sources */
export function distFolder(): string {
  if (process.env[VARIABLE] === "fresh") return join(ROOT, "dist");
  throw new Error("Cannot test dist/: it was not built from the sources as they are. Run `npm run build`");
}
