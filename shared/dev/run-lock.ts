import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Takes a data folder for this process. One that a killed run left taken is free. @throws Error where another run is alive */
export async function takeRunLock(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, "start.pid");
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (pid > 0 && (await isRun(pid))) throw inUse(dataDir, pid);
  await rm(path, { force: true });
  // Of two that start at once, the file is one's.
  await writeFile(path, `${process.pid}\n`, { flag: "wx" }).catch(() => Promise.reject(inUse(dataDir, pid)));
  return () => rm(path, { force: true });
}

function inUse(dataDir: string, pid: number): Error {
  const who = pid > 0 ? `process ${pid}` : "another process";
  return new Error(`Cannot use "${dataDir}": ${who} runs podcore there; set PODCORE_DATA_DIR for a second one`);
}

/** The number may have been given to another program since. */
async function isRun(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is another user's, and alive.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  // Where there is no /proc, the number alone decides.
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "start.ts")).includes("start.ts");
}
