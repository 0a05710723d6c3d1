import { readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// The folders that artifacts are built from.
const FOLDERS = ["functions", "shared", "drizzle"];
// An editor may save a file in two or three steps. Waits until they are over.
const SETTLE_MS = 30;

export type Watch = {
  /** Resolves when no change is being processed, so that a request after a save gets the saved version. */
  settled(): Promise<void>;
};

/**
 * Calls `update` with the paths of saved files, one batch after another, until `signal` is aborted. Does not watch
 * folders that are created later.
 */
export function watchSources(
  root: string,
  { signal, update }: { signal: AbortSignal; update: (files: string[]) => Promise<void> },
): Watch {
  const changed = new Set<string>();
  let working: Promise<void> | undefined;

  for (const folder of FOLDERS) watchFolder(folder);

  // Watches each folder separately: on Linux, Node's recursive watch loses track of a file that an editor replaces by
  // renaming.
  function watchFolder(folder: string): void {
    watch(join(root, folder), { signal }, (_event, name) => {
      if (name !== null && isSource(name)) note(`${folder}/${name}`);
    });
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) watchFolder(`${folder}/${entry.name}`);
    }
  }

  function note(file: string): void {
    changed.add(file);
    working ??= work().finally(() => {
      working = undefined;
    });
  }

  async function work(): Promise<void> {
    while (changed.size > 0 && !signal.aborted) {
      await sleep(SETTLE_MS);
      const files = [...changed];
      changed.clear();
      await update(files);
    }
  }

  return { settled: async () => working };
}

/** Returns true for source files: not for files that a build writes, nor for an editor's temporary files. */
function isSource(name: string): boolean {
  return /\.(ts|graphql|sql|json)$/.test(name) && !name.includes(".gen.ts");
}
