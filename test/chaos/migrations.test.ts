import assert from "node:assert/strict";
import test from "node:test";
import { createDatabase } from "../support/postgres.ts";
import { run, tableOf } from "./migrations.ts";

test("migrations hold up no write for long, with 20 000 episodes under writers", async () => {
  const url = await createDatabase({ isEmpty: true });

  const steps = await run({ url, numEpisodes: 20_000 });

  const table = tableOf(steps);
  const search = steps.find(({ tag }) => tag === "0005_search");
  assert.ok(search, table);
  // An index that is not built concurrently holds up writes for nearly as long as the whole migration takes.
  assert.ok(search.longestWaitMs < search.elapsedMs / 2, table);
  // Ten times what it took on a busy machine.
  for (const { longestWaitMs } of steps) assert.ok(longestWaitMs < 10_000, table);
});
