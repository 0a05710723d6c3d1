import assert from "node:assert/strict";
import { test } from "node:test";
import { STEPS_PER_HOUR, STEPS_PER_WEEK } from "../../../shared/crawl/schedule/rhythm.ts";
import { type Plan, planVisit } from "../../../shared/crawl/schedule/visit-plan.ts";

function plan(expected: (step: number) => number, changes: Partial<Plan> = {}): number {
  const values = Float64Array.from({ length: STEPS_PER_WEEK }, (_, step) => expected(step));
  return planVisit({
    expected: values,
    requestHours: 0.5,
    minSteps: 1,
    isAllowed: () => true,
    ...changes,
  });
}

test("planVisit() waits for the square root of twice the request's cost by the rate, where the rate is even", () => {
  const hours = [168, 24, 6].map((gapHours) => plan(() => 1 / (gapHours * STEPS_PER_HOUR)) / STEPS_PER_HOUR);

  // 13, 4.9 and 2.4 h, of which a week holds a whole number of visits.
  for (const [i, expected] of [13, 4.9, 2.4].entries())
    assert.ok(Math.abs((hours[i] ?? 0) / expected - 1) < 0.15, hours.join(", "));
});

test("planVisit() comes right after the one step in which an episode is expected", () => {
  assert.equal(
    plan((step) => (step === 200 ? 1 : 0)),
    201,
  );
});

test("planVisit() comes at the end of the week, where nothing is expected", () => {
  assert.equal(
    plan(() => 0),
    STEPS_PER_WEEK,
  );
});

test("planVisit() comes neither sooner than it may nor where it may not", () => {
  const expected = (step: number) => (step === 200 ? 1 : 0);

  assert.equal(plan(expected, { minSteps: 300 }), 300);
  assert.equal(plan(expected, { isAllowed: (step) => step < 190 || step >= 230 }), 230);
});

test("planVisit() takes less than 20 ms", () => {
  const startedAt = performance.now();
  for (let i = 0; i < 10; i++) plan((step) => (step % 144 === 30 ? 0.9 : 0.0005));

  // Measured: under 1 ms each.
  assert.ok((performance.now() - startedAt) / 10 < 20);
});
