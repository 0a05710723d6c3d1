import { readFile, rename, writeFile } from "node:fs/promises";

/** Replaces a file atomically, so that nobody reads a partial file. Leaves a file with the same text untouched. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const current = await readFile(path, "utf8").catch(() => undefined);
  if (current === text) return;
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}
