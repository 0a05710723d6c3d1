import assert from "node:assert/strict";
import { test } from "node:test";
import { createTurns } from "../../shared/graphql/turns.ts";
import { writeJson } from "../../shared/graphql/write-json.ts";

test("take() gives turns one after another, each with its promise jobs done before the next", async () => {
  const turns = createTurns();
  const seen: string[] = [];
  const work = async (name: string) => {
    await turns.take();
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
  };

  await Promise.all([work("a"), work("b")]);

  assert.deepEqual(seen, ["a begins", "a ends", "b begins", "b ends"]);
});

test("take() lets the event loop turn, when a slice is over", async () => {
  const turns = createTurns();
  let numTurns = 0;
  const count = () => {
    numTurns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);

  await Promise.all(
    Array.from({ length: 5 }, async () => {
      await turns.take();
      for (const until = performance.now() + 20; performance.now() < until; );
    }),
  );

  clearImmediate(immediate);
  assert.ok(numTurns >= 4, `the event loop turned ${numTurns} times`);
});

test("settled() waits for the turns that were asked for", async () => {
  const turns = createTurns();
  let numDone = 0;

  const all = Promise.all(Array.from({ length: 10 }, () => turns.take().then(() => (numDone += 1))));
  await turns.settled();

  assert.equal(numDone, 10);
  await all;
});

test("writeJson() writes what JSON.stringify() does", async () => {
  const value = {
    data: { list: [{ a: 1, b: [] }, { c: null, d: { e: 'x "é' } }, [], [[1], "2"]], none: {}, flat: { f: true } },
    left: undefined,
    long: Array.from({ length: 3_000 }, (_, i) => ({ title: `Episode ${i}`, of: [{ id: i }] })),
  };

  const text = await writeJson(value, createTurns());

  assert.equal(text.toString(), JSON.stringify(value));
});
