import { type Builder, writtenAt } from "./builder.ts";
import { SERVERS, type Site } from "./site.ts";

type Rebuild = { builder: Builder; site: Site; migrate: () => Promise<void>; signal: AbortSignal };

/** Makes the function that handles saved files: it rebuilds the running artifacts and restarts those that changed. */
export function createRebuild({ builder, site, migrate, signal }: Rebuild): (files: string[]) => Promise<void> {
  return async (files) => {
    const startedAt = performance.now();
    const what = files.length > 3 ? `${files.length} files` : files.join(", ");
    if (files.every((file) => file.startsWith("shared/dev/"))) {
      console.log(`${what}: restart npm start to use it`);
      return;
    }
    try {
      const before = await writtenAt(SERVERS);
      await builder.build(files);
      if (files.some((file) => file.startsWith("drizzle/"))) await migrate();
      const after = await writtenAt(SERVERS);
      const changed = SERVERS.filter((name) => before.get(name) !== after.get(name));
      for (const name of changed) await site.restart(name);
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      const result = changed.length > 0 ? `restarted ${changed.join(", ")} after ${seconds} s` : "nothing to restart";
      console.log(`${what}: ${result}`);
    } catch (error) {
      // The running processes continue. The next save may fix the error.
      if (!signal.aborted) console.error(error instanceof Error ? error.message : error);
    }
  };
}
