import { readFile, rename, writeFile } from "node:fs/promises";

/** Leaves a file that is right alone, and puts another in its place whole: what runs it meanwhile never reads half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const current = await readFile(path, "utf8").catch(() => undefined);
  if (current === text) return;
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}
