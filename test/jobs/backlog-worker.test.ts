import assert from "node:assert/strict";
import test from "node:test";
import type { Context } from "../../shared/context.ts";
import * as backlogWorker from "../../shared/jobs/backlog-worker.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });

/** A backlog of numbers, whose work ends when the test says so. */
function setUp(numDue: number) {
  const backlog = Array.from({ length: numDue }, (_, i) => i);
  const ends = new Map<number, () => void>();
  const renewed: number[][] = [];
  const released: number[] = [];
  const params = {
    budgetMs: 60_000,
    concurrency: 3,
    leaseSeconds: 0.06,
    claim: async (limit: number) => backlog.splice(0, limit),
    release: async (claim: number) => void released.push(claim),
    renew: async (held: readonly number[]) => void renewed.push([...held]),
    work: (claim: number) =>
      new Promise<void>((end) => {
        ends.set(claim, end);
      }),
  };
  const endAll = () => {
    for (const end of ends.values()) end();
    ends.clear();
  };
  return { params, ends, renewed, released, endAll };
}

const untilTrue = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 5));
};

test("run() renews the leases of what is in hand, for as long as it is", async () => {
  const { params, renewed, endAll, ends } = setUp(2);

  const running = backlogWorker.run(ctx, params);
  await untilTrue(() => renewed.length >= 3);
  ends.get(0)?.();
  ends.delete(0);
  await untilTrue(() => renewed.at(-1)?.length === 1);
  endAll();
  await running;

  assert.deepEqual(renewed[0], [0, 1]);
  assert.deepEqual(renewed.at(-1), [1]);
});

test("run() goes on after a renewal that failed", async () => {
  const { params, endAll } = setUp(1);
  let numTries = 0;
  const renew = () => {
    numTries += 1;
    return Promise.reject(new Error("away"));
  };

  const running = backlogWorker.run(ctx, { ...params, renew });
  await untilTrue(() => numTries >= 2);
  endAll();

  await running;
});

test("run() holds no more than it may, and ends when nothing is due", async () => {
  const { params } = setUp(10);
  let numInHand = 0;
  let mostInHand = 0;
  let numDone = 0;
  const work = async () => {
    numInHand += 1;
    mostInHand = Math.max(mostInHand, numInHand);
    await new Promise((wake) => setTimeout(wake, 5));
    numInHand -= 1;
    numDone += 1;
  };

  await backlogWorker.run(ctx, { ...params, work });

  assert.deepEqual([mostInHand, numDone], [3, 10]);
});

test("run() claims nothing more when it is told to end, and waits for what is in hand", async () => {
  const { params, ends, endAll } = setUp(10);
  const draining = new AbortController();
  // Not a copy, which would ask for the fetcher.
  const drainedContext: Context = ctx.with({ draining: draining.signal });
  const running = backlogWorker.run(drainedContext, params);
  await untilTrue(() => ends.size === 3);

  draining.abort();
  endAll();
  await running;

  assert.equal(ends.size, 0);
});

test("run() gives back what it was claiming when it is told to end", async () => {
  const { params, ends, released, endAll } = setUp(10);
  const draining = new AbortController();
  const drainedContext: Context = ctx.with({ draining: draining.signal });
  let answer = (_claims: number[]) => {};
  let numClaims = 0;
  const claim = (limit: number) =>
    numClaims++ === 0
      ? params.claim(Math.min(limit, 1))
      : new Promise<number[]>((resolve) => {
          answer = resolve;
        });
  const running = backlogWorker.run(drainedContext, { ...params, claim });
  await untilTrue(() => ends.size === 1 && numClaims === 2);

  draining.abort();
  answer([7, 8]);
  endAll();
  await running;

  assert.deepEqual(released, [7, 8]);
  assert.equal(ends.size, 0);
});

test("run() tries suspects one at a time, with nothing else in hand in the process", async () => {
  const { params } = setUp(0);
  const [feeds, jobs] = [setUp(2), setUp(2)];
  const suspects = [100, 101];
  let numInHand = 0;
  const numWith: number[] = [];
  const done: number[] = [];
  const work = async (claim: number) => {
    numInHand += 1;
    await new Promise((wake) => setTimeout(wake, 20));
    if (claim >= 100) numWith.push(numInHand);
    numInHand -= 1;
    done.push(claim);
  };
  const runs = [
    { ...params, claim: feeds.params.claim, work, claimSuspect: async () => suspects.splice(0, 1) },
    { ...params, claim: jobs.params.claim, work },
  ];

  await Promise.all(runs.map((run) => backlogWorker.run(ctx, run)));
  // What the first had to leave, since the second had something in hand.
  await backlogWorker.run(ctx, { ...params, work, claimSuspect: async () => suspects.splice(0, 1) });

  assert.deepEqual(numWith, [1, 1]);
  assert.deepEqual(
    done.sort((a, b) => a - b),
    [0, 0, 1, 1, 100, 101],
  );
});

test("run() tries suspects before a backlog that takes all of its time", async () => {
  const { params } = setUp(1_000_000);
  const suspects = [-1];
  const done: number[] = [];
  const work = async (claim: number) => {
    await new Promise((wake) => setTimeout(wake, 5));
    done.push(claim);
  };

  await backlogWorker.run(ctx, { ...params, budgetMs: 100, work, claimSuspect: async () => suspects.splice(0, 1) });

  assert.equal(done[0], -1);
});

test("run() claims nothing more after work that throws, and throws that when the others have ended", async () => {
  const { params, ends, endAll } = setUp(10);
  const work = (claim: number) => (claim === 0 ? Promise.reject(new Error("away")) : params.work(claim));

  const running = backlogWorker.run(ctx, { ...params, work });
  let isOver = false;
  running
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  await untilTrue(() => ends.size === 2);
  const wasOver = isOver;
  endAll();

  await assert.rejects(running, /away/);
  assert.deepEqual([wasOver, ends.size], [false, 0]);
});

test("run() waits for what is in hand, when claiming fails", async () => {
  const { params, ends, endAll } = setUp(1);
  let numClaims = 0;
  const claim = (limit: number) => (numClaims++ === 0 ? params.claim(limit) : Promise.reject(new Error("away")));

  const running = backlogWorker.run(ctx, { ...params, claim });
  let isOver = false;
  running
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  await untilTrue(() => numClaims === 2 && ends.size === 1);
  const wasOver = isOver;
  endAll();

  await assert.rejects(running, /away/);
  assert.equal(wasOver, false);
});
