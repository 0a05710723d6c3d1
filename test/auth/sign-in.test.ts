import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { hashPassword } from "../../shared/auth/password.ts";
import { signIn } from "../../shared/auth/sign-in.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import { account, login } from "../../shared/db/schema.ts";
import type { Caller } from "../../shared/http/caller.ts";
import * as accountAuthenticator from "../../shared/mediators/account-authenticator.ts";
import { deleteLogins } from "../../shared/sql/delete-logins.ts";
import { setPasswordHash } from "../../shared/sql/set-password-hash.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
let accountId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate account, rate_limit cascade`);
  const [row] = await db.once
    .insert(account)
    .values({ email: "ada@example.com", passwordHash: "old" })
    .returning({ id: account.id });
  accountId = row?.id ?? 0;
});

/** Resolves when some statement waits for another transaction's lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const rows = await db.once.execute(sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("signIn() makes no login with a password that is being changed, once that is done", async () => {
  let signedIn: Promise<unknown> | undefined;

  await db.once.transaction(async (tx) => {
    await setPasswordHash(tx, { accountId, passwordHash: "new" });
    signedIn = signIn(ctx, { accountId, passwordHash: "old" });
    await untilSomebodyWaits();
    await deleteLogins(tx, { accountId, exceptId: undefined });
  });

  assert.equal(await signedIn, undefined);
  assert.deepEqual(await db.once.select().from(login), []);
});

test("signIn() refuses an account that is gone, and keeps what the browser's own holds", async () => {
  const [own] = await db.once.insert(account).values({}).returning({ id: account.id });
  const [held] = await db.once
    .insert(login)
    .values({ accountId: own?.id ?? 0, secretSha256: Buffer.alloc(32), expiresAt: new Date(Date.now() + 60_000) })
    .returning({ id: login.id });
  const caller: Caller = {
    ...NOBODY,
    account: { id: own?.id ?? 0, email: null },
    credential: { kind: "login", id: held?.id ?? 0 },
  };
  const asking: Context = Object.create(ctx, { caller: { value: caller } });
  await db.once.execute(sql`delete from account where id = ${accountId}`);

  const signedIn = await signIn(asking, { accountId, passwordHash: "old" });

  assert.equal(signedIn, undefined);
  assert.equal((await db.once.select().from(login)).length, 1);
});

test("setPasswordHash() makes an old hash anew, and does not undo a change of the password meanwhile", async () => {
  const passwordHash = await hashPassword("battery staple");
  await setPasswordHash(db, { accountId, passwordHash });

  const isStored = await setPasswordHash(db, { accountId, passwordHash: "of the old password", from: "old" });
  const signedIn = await accountAuthenticator.run(ctx, { email: "Ada@Example.com", password: "battery staple" });

  assert.equal(isStored, false);
  assert.equal(signedIn?.accountId, accountId);
});
