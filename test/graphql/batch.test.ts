import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createBatch } from "../../shared/graphql/batch.ts";
import { createTurns } from "../../shared/graphql/turns.ts";

function recording() {
  const calls: number[][] = [];
  const find = createBatch({ turns: createTurns() }, async (ids) => {
    calls.push([...ids]);
    return new Map(ids.filter((id) => id > 0).map((id) => [id, `row ${id}`]));
  });
  return { calls, find };
}

test("createBatch() asks once for ids that come together, even from promises that settle one after another", async () => {
  const { calls, find } = recording();
  const late = Promise.resolve()
    .then(() => Promise.resolve())
    .then(() => find(3));

  const rows = await Promise.all([find(1), find(2), late]);

  assert.deepEqual(rows, ["row 1", "row 2", "row 3"]);
  assert.deepEqual(calls, [[1, 2, 3]]);
});

test("createBatch() asks once for an id, whenever it comes", async () => {
  const { calls, find } = recording();

  await Promise.all([find(1), find(1)]);
  await setImmediate();
  const again = await find(1);

  assert.equal(again, "row 1");
  assert.deepEqual(calls, [[1]]);
});

test("createBatch() asks anew for ids that come later, and finds undefined where there is no row", async () => {
  const { calls, find } = recording();

  await find(1);
  const missing = await find(-2);

  assert.equal(missing, undefined);
  assert.deepEqual(calls, [[1], [-2]]);
});

test("createBatch() fails every lookup of a batch that fails, and none of the next", async () => {
  let isBroken = true;
  const find = createBatch<string>({ turns: createTurns() }, async (ids) => {
    if (isBroken) throw new Error("broken");
    return new Map(ids.map((id) => [id, "row"]));
  });

  const [one, two] = await Promise.allSettled([find(1), find(2)]);
  isBroken = false;
  const three = await find(3);

  assert.deepEqual([one.status, two.status, three], ["rejected", "rejected", "row"]);
});
