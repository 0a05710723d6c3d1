import assert from "node:assert/strict";
import test from "node:test";
import { compare, formatTable, median, ratioOf, type Subject } from "./harness.ts";

const FOREVER = { maxRounds: 5, budgetMs: 60_000 };

/** Plays back numbers, and notes each turn. */
function scripted(name: string, { values, turns = [] }: { values: number[]; turns?: string[] }): Subject {
  let i = 0;
  return {
    name,
    measure: async () => {
      turns.push(name);
      return { ms: values[i++ % values.length] ?? 0 };
    },
  };
}

test("median() takes the middle of an odd count, and the mean of the two in the middle of an even one", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 1, 4, 2]), 3);
  assert.equal(median([7]), 7);
  assert.throws(() => median([]), /no values/);
});

test("ratioOf() compares pair by pair, when the machine slows down over the run", () => {
  const baseline = [10, 20, 40, 80, 160];

  const ratio = ratioOf([20, 40, 80, 160, 320], baseline);

  assert.deepEqual(ratio, { median: 2, mad: 0 });
});

test("ratioOf() tells the spread, unmoved by one wild value", () => {
  const ratio = ratioOf([1, 2, 3, 4, 1000], [1, 1, 1, 1, 1]);

  assert.deepEqual(ratio, { median: 3, mad: 1 });
});

test("compare() measures the baseline against itself, in the same rounds", async () => {
  // The baseline is measured twice a round: in three of five rounds 10 then 11 "again", in two the other way round.
  const baseline = scripted("floor", { values: [10, 11] });

  const { rows, columns, numRounds } = await compare([baseline, scripted("app", { values: [30] })], FOREVER);

  assert.deepEqual(columns, ["ms"]);
  assert.equal(numRounds, 5);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["floor", "floor, again", "app"],
  );
  assert.equal(rows[0]?.cells[0]?.ratio, undefined);
  assert.deepEqual(rows[1]?.cells[0], { value: 11, ratio: { median: 1.1, mad: 0 } });
  assert.deepEqual(rows[2]?.cells[0], { value: 30, ratio: { median: 3, mad: 0 } });
});

test("compare() starts each round with another subject", async () => {
  const turns: string[] = [];
  const subjects = [scripted("a", { values: [1], turns }), scripted("b", { values: [1], turns })] as const;

  await compare(subjects, { maxRounds: 3, budgetMs: 60_000 });

  assert.deepEqual(turns.join(""), "aab" + "aba" + "baa");
});

test("compare() stops at three rounds when its time is up, and at fewer when no more are asked for", async () => {
  const subject = scripted("a", { values: [1] });

  const late = await compare([subject], { maxRounds: 50, budgetMs: 0 });
  const few = await compare([subject], { maxRounds: 1, budgetMs: 0 });

  assert.deepEqual([late.numRounds, few.numRounds], [3, 1]);
});

test("formatTable() prints a value, its ratio and its spread", () => {
  const text = formatTable({
    title: "start",
    columns: ["ms"],
    rows: [
      { name: "floor", cells: [{ value: 41.234 }] },
      { name: "app", cells: [{ value: 82.5, ratio: { median: 2.004, mad: 0.031 } }] },
    ],
  });

  assert.deepEqual(
    text.split("\n").map((line) => line.trim().replace(/ {2,}/g, "|")),
    ["start", "ms", "floor|41.2", "app|82.5|x2.00 ±0.03"],
  );
});
