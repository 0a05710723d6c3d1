import assert from "node:assert/strict";
import test from "node:test";
import { whileRenewing } from "../../shared/jobs/lease-keeper.ts";
import { createLog } from "../../shared/log/log.ts";

const log = createLog({ format: "flat", level: "error", write: () => {} });

test("whileRenewing() renews thrice within a lease, and no more once the work has ended", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { promise, resolve } = Promise.withResolvers<string>();
  let numRenewals = 0;
  const renew = async () => {
    numRenewals += 1;
  };

  const working = whileRenewing(
    { log },
    {
      ...{ leaseSeconds: 30, renew },
      work: () => promise,
    },
  );
  const counts = [9_999, 1, 10_000, 10_000].map((ms) => {
    t.mock.timers.tick(ms);
    return numRenewals;
  });
  resolve("done");
  const result = await working;
  t.mock.timers.tick(30_000);

  assert.deepEqual(counts, [0, 1, 2, 3]);
  assert.deepEqual([result, numRenewals], ["done", 3]);
});
