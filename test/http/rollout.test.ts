import assert from "node:assert/strict";
import test from "node:test";
import { formatRollouts, run } from "../chaos/rollouts.ts";
import { createDatabase } from "../support/postgres.ts";

// A few of what `npx node test/chaos/rollouts.ts` makes a hundred of.
const results = await run({ databaseUrl: await createDatabase(), numRollouts: 4, graceMs: 1_000 });

for (const { order, numRollouts, counts, exitMs, numFailedExits } of results) {
  test(`a rollout under load loses no request, ${order}`, () => {
    const { ok, ...failed } = counts;

    assert.equal(numRollouts, 4);
    assert.ok(ok > 240, "60 clients send one request at each rollout, at least");
    assert.deepEqual(failed, { reset: 0, refused: 0, unavailable: 0, other: 0 }, formatRollouts(results));
    assert.equal(numFailedExits, 0);
    // They take some 300 ms.
    assert.ok((exitMs.at(-1) ?? Number.POSITIVE_INFINITY) < 5_000, formatRollouts(results));
  });
}
