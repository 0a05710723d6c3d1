import assert from "node:assert/strict";
import test from "node:test";
import { createLog, elapsed, step } from "../../shared/log/log.ts";

test("elapsed() uses the largest unit that fits", () => {
  const durationsMs = [0, 0.009808, 0.352213, 0.9999999, 2.597, 1_204, 61_000];

  const texts = durationsMs.map(elapsed);

  assert.deepEqual(texts, ["0.000µs", "9.808µs", "352.213µs", "1.000ms", "2.597ms", "1.204s", "61.000s"]);
});

test("step() returns what its function returns", async () => {
  const log = createLog({ format: "flat", level: "silent" });

  const results = [await step(log, "sync", () => 1), await step(log, "async", async () => 2)];

  assert.deepEqual(results, [1, 2]);
});

test("step() tells of a failure at info, with its secrets masked, and throws on what was thrown", async () => {
  const lines: string[] = [];
  const log = createLog({ format: "flat", level: "info", write: (text) => lines.push(text) });
  const failure = new Error("Cannot fetch https://me:hunter2@example.com/");

  const failed = step(log, "fetch", () => Promise.reject(failure));

  await assert.rejects(failed, (thrown) => thrown === failure);
  assert.match(
    lines[1] ?? "",
    / INFO Failed, elapsed: [\d.]+\S?s, error: Cannot fetch https:\/\/\*\*\*@example\.com\/, step: fetch\n$/,
  );
});
