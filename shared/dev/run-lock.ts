import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Locks a data folder for this process. Ignores the lock of a killed run. @throws Error if another run is alive */
export async function takeRunLock(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, "start.pid");
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (pid > 0 && (await isRun(pid))) throw inUse(dataDir, pid);
  await rm(path, { force: true });
  // If two runs start at once, only one can create the file.
  await writeFile(path, `${process.pid}\n`, { flag: "wx" }).catch(() => Promise.reject(inUse(dataDir, pid)));
  return () => rm(path, { force: true });
}

function inUse(dataDir: string, pid: number): Error {
  const who = pid > 0 ? `process ${pid}` : "another process";
  return new Error(`Cannot use "${dataDir}": ${who} runs podcore there; set PODCORE_DATA_DIR for a second one`);
}

/** Returns true if the process is a run of npm start. Its ID may have been reused by another program. */
async function isRun(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process is alive, but belongs to another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  // Without /proc, the process ID alone decides.
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "start.ts")).includes("start.ts");
}
