import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMutant, type Mutant } from "./mutant.ts";

// What is large and stays as it is: tests find it through a link.
const LINKED = ["node_modules"];
const LEFT_OUT = [...LINKED, ".git", ".podcore", "coverage"];

export type Tree = {
  path: string;
  with<T>(mutant: Mutant, run: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
};

/** Copies the project to a temporary folder, in which its sources may be changed. */
export async function copyTree(root: string): Promise<Tree> {
  const path = await mkdtemp(join(tmpdir(), "podcore-mutants-"));
  await cp(root, path, { recursive: true, filter: (from) => !LEFT_OUT.some((name) => from === join(root, name)) });
  for (const name of LINKED) await symlink(join(root, name), join(path, name));
  return {
    path,
    /** Changes a file while `run` runs. */
    async with(mutant, run) {
      const file = join(path, mutant.file);
      const source = await readFile(file, "utf8");
      await writeFile(file, applyMutant(source, mutant));
      try {
        return await run();
      } finally {
        await writeFile(file, source);
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
