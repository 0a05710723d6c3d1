import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Takes a data folder for this process. One that a killed run left taken is free. @throws Error where another run is alive */
export async function takeRunLock(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, "start.pid");
  await mkdir(dataDir, { recursive: true });
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (pid > 0 && pid !== process.pid && (await isRun(pid))) {
    throw new Error(
      `Cannot use "${dataDir}": process ${pid} runs podcore there; set PODCORE_DATA_DIR for a second one`,
    );
  }
  await writeFile(path, `${process.pid}\n`);
  return () => rm(path, { force: true });
}

/** The number may have been given to another program since. */
async function isRun(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Where there is no /proc, the number alone decides.
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "start.ts")).includes("start.ts");
}
