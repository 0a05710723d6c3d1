import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { watchSources } from "../../shared/dev/watch.ts";

const root = await mkdtemp(join(tmpdir(), "podcore-watch-"));
const stopping = new AbortController();
after(() => {
  stopping.abort();
  return rm(root, { recursive: true, force: true });
});
for (const folder of ["functions", "shared/web", "drizzle"]) await mkdir(join(root, folder), { recursive: true });
await writeFile(join(root, "shared/web/page.ts"), "0");

test("watchSources() tells of each save, also by editors that put a new file in the old one's place", async () => {
  const told: string[][] = [];
  const watch = watchSources(root, {
    signal: stopping.signal,
    update: async (files) => {
      await sleep(50);
      told.push(files);
    },
  });

  for (const round of [1, 2, 3]) {
    await writeFile(join(root, "shared/web/page.ts.swp"), String(round));
    await rename(join(root, "shared/web/page.ts.swp"), join(root, "shared/web/page.ts"));
    await writeFile(join(root, "shared/web/assets.gen.ts"), String(round));
    // The kernel's news takes a moment; from then on whoever waits, waits for the update.
    while (told.length < round) {
      await sleep(5);
      await watch.settled();
    }
  }

  assert.deepEqual(told, [["shared/web/page.ts"], ["shared/web/page.ts"], ["shared/web/page.ts"]]);
});
