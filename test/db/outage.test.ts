import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createOutage } from "../../shared/db/outage.ts";

test("an outage opens ten seconds after it began, also while a probe still tries one silent host after the other", async () => {
  const probing = Promise.withResolvers<void>();
  const outage = createOutage({ ask: () => probing.promise, onOpen: () => {} });
  const began = performance.now() - 6_000;

  void outage.probe(began);
  const isOpenAtOnce = outage.opened.aborted;
  for (let i = 0; i < 200 && !outage.opened.aborted; i += 1) await sleep(50);

  const openedAfterMs = performance.now() - began;
  assert.equal(isOpenAtOnce, false);
  assert.ok(openedAfterMs >= 9_990 && openedAfterMs < 14_000, `opened ${openedAfterMs} ms after the outage began`);
  assert.equal(outage.status(), "down");
  probing.reject(new Error("No host answers"));
  outage.close();
});
