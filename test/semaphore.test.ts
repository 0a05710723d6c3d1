import assert from "node:assert/strict";
import test from "node:test";
import { createSemaphore } from "../shared/semaphore.ts";

test("acquire() lets as many in at once as fit, in the order they came", async () => {
  const semaphore = createSemaphore(2);
  const order: number[] = [];
  let numRunning = 0;
  let most = 0;

  await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const release = await semaphore.acquire();
      numRunning += 1;
      most = Math.max(most, numRunning);
      order.push(i);
      await new Promise((resolve) => setImmediate(resolve));
      numRunning -= 1;
      release();
    }),
  );

  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test("acquire() keeps a light one waiting behind a heavy one, and takes a weight above the capacity as all of it", async () => {
  const semaphore = createSemaphore(10);
  const release = await semaphore.acquire({ weight: 4 });
  const order: string[] = [];
  const heavy = semaphore.acquire({ weight: 99 }).then((leave) => {
    order.push("heavy");
    leave();
  });
  const light = semaphore.acquire({ weight: 1 }).then(() => order.push("light"));

  const numWaiting = semaphore.numWaiting;
  release();
  await Promise.all([heavy, light]);

  assert.equal(numWaiting, 2);
  assert.deepEqual(order, ["heavy", "light"]);
});

test("acquire() rejects when its signal is aborted, and lets those behind it in", async () => {
  const semaphore = createSemaphore(2);
  await semaphore.acquire();
  const givingUp = new AbortController();
  const heavy = semaphore.acquire({ weight: 2, signal: givingUp.signal });
  const light = semaphore.acquire();

  givingUp.abort(new Error("given up"));

  await assert.rejects(heavy, /given up/);
  await light;
  assert.equal(semaphore.numWaiting, 0);
});

test("tryAcquire() takes nothing while others wait or it does not fit, and a release counts once", async () => {
  const semaphore = createSemaphore(1);
  const release = semaphore.tryAcquire();

  const second = semaphore.tryAcquire();
  const waiting = semaphore.acquire();
  release?.();
  release?.();
  const third = semaphore.tryAcquire();

  assert.notEqual(release, undefined);
  assert.deepEqual([second, third], [undefined, undefined]);
  (await waiting)();
  assert.notEqual(semaphore.tryAcquire(), undefined);
});
