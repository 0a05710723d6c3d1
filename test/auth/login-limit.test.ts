import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { checkWithinLimit } from "../../shared/auth/login-limit.ts";
import { NOBODY } from "../../shared/context.ts";
import { UserError } from "../../shared/errors.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, caller: { ...NOBODY, address: "192.0.2.1" } });

beforeEach(() => ctx.db.once.execute("truncate rate_limit"));

const fail = (whose: Parameters<typeof checkWithinLimit>[1]) =>
  checkWithinLimit(ctx, whose, async () => ({ isCorrect: false }));
const isTooMany = (error: unknown) => error instanceof UserError && error.status === 429;

test("checkWithinLimit() counts no attempt that could not be checked", async () => {
  const whose = { email: "ada@example.com" };
  const busy = new UserError(503, "Service unavailable: too many people are logging in, try again in a moment");
  for (let i = 0; i < 20; i++) {
    await assert.rejects(
      checkWithinLimit(ctx, whose, () => Promise.reject(busy)),
      busy,
    );
  }

  const counts = await ctx.db.once.execute("select num_taken from rate_limit");

  assert.deepEqual([...counts], [{ num_taken: 0 }, { num_taken: 0 }, { num_taken: 0 }]);
  assert.deepEqual(await fail(whose), { isCorrect: false });
});

test("checkWithinLimit() counts who is logged in apart from who only types the account's address", async () => {
  for (let i = 0; i < 10; i++) await fail({ email: "ada@example.com" });
  await assert.rejects(fail({ email: "ADA@example.com" }), isTooMany);
  for (let i = 0; i < 50; i++) await fail({ email: `n${i}@example.com` }).catch(() => {});

  const checked = await checkWithinLimit(ctx, { accountId: 1 }, async () => ({ isCorrect: true }));
  for (let i = 0; i < 10; i++) await fail({ accountId: 1 });

  assert.deepEqual(checked, { isCorrect: true });
  await assert.rejects(fail({ accountId: 1 }), isTooMany);
  assert.deepEqual(await fail({ accountId: 2 }), { isCorrect: false });
});

test("checkWithinLimit() counts a refused attempt for nothing, and whoever has no address for the account alone", async () => {
  const nowhere: typeof ctx = ctx.with({ caller: NOBODY });
  const failNowhere = (email: string) => checkWithinLimit(nowhere, { email }, async () => ({ isCorrect: false }));
  for (let i = 0; i < 60; i++) await failNowhere("ada@example.com");

  const elsewhere = await fail({ email: "ada@example.com" });
  for (let i = 0; i < 39; i++) await failNowhere("ada@example.com");
  await assert.rejects(fail({ email: "ada@example.com" }), isTooMany);
  const [network] = await ctx.db.once.execute("select num_taken from rate_limit where kind = 'login-network'");

  assert.deepEqual(elsewhere, { isCorrect: false });
  assert.equal(network?.num_taken, 1);
});
