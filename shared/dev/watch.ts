import { readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// What artifacts are made of.
const FOLDERS = ["functions", "shared", "drizzle"];
// An editor may write a file in two or three steps.
const SETTLE_MS = 30;

export type Watch = {
  /** Resolves when no change is being worked on, so that whoever asks after a save gets what was saved. */
  settled(): Promise<void>;
};

/**
 * Calls `update` with the paths that were saved, for one batch after the other, until `signal` is aborted. Folders made
 * meanwhile are not watched.
 */
export function watchSources(
  root: string,
  { signal, update }: { signal: AbortSignal; update: (files: string[]) => Promise<void> },
): Watch {
  const changed = new Set<string>();
  let working: Promise<void> | undefined;

  for (const folder of FOLDERS) watchFolder(folder);

  /** Each folder by itself: node's recursive watch on Linux loses sight of a file that an editor puts another in place of. */
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

/** Not what a build writes, nor what an editor keeps beside a file. */
function isSource(name: string): boolean {
  return /\.(ts|graphql|sql|json)$/.test(name) && !name.includes(".gen.ts");
}
