import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { rateLimit } from "../../shared/db/schema.ts";
import { refundRateLimit, takeRateLimit } from "../../shared/db/take-rate-limit.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const LIMIT = { kind: "login", max: 2, windowSeconds: 600, subject: "ada" };

beforeEach(async () => {
  await db.once.delete(rateLimit);
});

const countsOf = async () =>
  (await db.once.select().from(rateLimit).orderBy(rateLimit.kind, rateLimit.subject)).map(
    ({ kind, subject, numTaken }) => [kind, subject, numTaken],
  );

test("takeRateLimit() allows as many as it may, each subject and kind for itself, and counts no more than one above", async () => {
  const taken = [];
  for (let i = 0; i < 5; i += 1) taken.push(await takeRateLimit(db, LIMIT));
  const others = [
    await takeRateLimit(db, { ...LIMIT, subject: "bob" }),
    await takeRateLimit(db, { ...LIMIT, kind: "mail" }),
  ];

  assert.deepEqual(
    taken.map(({ isAllowed }) => isAllowed),
    [true, true, false, false, false],
  );
  assert.deepEqual(
    others.map(({ isAllowed }) => isAllowed),
    [true, true],
  );
  assert.deepEqual(await countsOf(), [
    ["login", "ada", 3],
    ["login", "bob", 1],
    ["mail", "ada", 1],
  ]);
});

test("takeRateLimit() tells the seconds until the window of the first ends, which later ones do not extend", async () => {
  const first = await takeRateLimit(db, LIMIT);
  await db.once.execute(sql`update rate_limit set resets_at = resets_at - interval '500 seconds'`);

  const second = await takeRateLimit(db, LIMIT);

  // A minute for a slow machine.
  assert.ok(first.retryAfterSeconds <= 600 && first.retryAfterSeconds > 540, `${first.retryAfterSeconds} s`);
  assert.ok(second.retryAfterSeconds <= 100 && second.retryAfterSeconds > 40, `${second.retryAfterSeconds} s`);
});

test("takeRateLimit() counts from the start in a new window, once the old one has ended", async () => {
  for (let i = 0; i < 3; i += 1) await takeRateLimit(db, LIMIT);
  await db.once.execute(sql`update rate_limit set resets_at = podcore_now()`);

  const { isAllowed, retryAfterSeconds } = await takeRateLimit(db, LIMIT);

  assert.ok(isAllowed);
  assert.ok(retryAfterSeconds > 540, `${retryAfterSeconds} s`);
  assert.deepEqual(await countsOf(), [["login", "ada", 1]]);
});

test("refundRateLimit() takes one off the subject's count of that kind, and nothing off 0", async () => {
  const subjects = [LIMIT, { ...LIMIT, subject: "bob" }, { ...LIMIT, kind: "mail" }];
  for (const limit of subjects) await takeRateLimit(db, limit);

  await refundRateLimit(db, LIMIT);
  await refundRateLimit(db, LIMIT);

  assert.deepEqual(await countsOf(), [
    ["login", "ada", 0],
    ["login", "bob", 1],
    ["mail", "ada", 1],
  ]);
});
