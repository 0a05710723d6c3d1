import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import * as accountAuthenticator from "../../shared/accounts/account-authenticator.ts";
import { setPasswordHash } from "../../shared/accounts/set-password-hash.ts";
import { ensureAccount, signIn } from "../../shared/accounts/sign-in.ts";
import { deleteLogins } from "../../shared/auth/delete-logins.ts";
import { hashPassword } from "../../shared/auth/password.ts";
import type { Caller } from "../../shared/context.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import { account, accountPodcast, login } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertPodcast } from "../support/rows.ts";

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
  const asking: Context = ctx.with({ caller });
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

/** An account, and the context of a browser that is logged in to it. */
async function openBrowser(
  id: number,
  kind: "login" | "api-key" = "login",
): Promise<{ asking: Context; loginId: number }> {
  const [account] = await db.once.execute<{ email: string | null }>(sql`select email from account where id = ${id}`);
  const [held] = await db.once
    .insert(login)
    .values({ accountId: id, secretSha256: randomBytes(32), expiresAt: new Date(Date.now() + 60_000) })
    .returning({ id: login.id });
  const loginId = held?.id ?? 0;
  const caller = { ...NOBODY, account: { id, email: account?.email ?? null }, credential: { kind, id: loginId } };
  return { asking: ctx.with({ caller }), loginId };
}

const loginIds = async () => (await db.once.select().from(login).orderBy(login.id)).map(({ id }) => id);

test("signIn() ends the login that the browser had, and no other", async () => {
  const { asking, loginId } = await openBrowser(accountId);
  const { loginId: elsewhere } = await openBrowser(accountId);

  const signedIn = await signIn(asking, { accountId, passwordHash: "old" });

  const ids = await loginIds();
  assert.match(signedIn?.setCookies?.[1] ?? "", /^podcore=[\w-]{43};/);
  assert.deepEqual([ids.length, ids.includes(loginId), ids.includes(elsewhere)], [2, false, true]);
});

test("signIn() ends no login of the account, when an app asks by its key", async () => {
  const { asking, loginId } = await openBrowser(accountId, "api-key");

  await signIn(asking, { accountId, passwordHash: "old" });

  assert.ok((await loginIds()).includes(loginId));
});

test("signIn() hands an ephemeral account to the one that is logged in to, and leaves a permanent one alone", async () => {
  const ephemeralId = await insertAccount(db);
  const permanentId = await insertAccount(db, { email: "bob@example.com" });
  const podcastId = await insertPodcast(db);
  for (const id of [ephemeralId, permanentId]) {
    await db.once.insert(accountPodcast).values({ accountId: id, podcastId, subscribedAt: new Date(), sequence: 1 });
  }

  const bobs = await openBrowser(permanentId);
  await signIn(bobs.asking, { accountId, passwordHash: "old" });
  const afterPermanent = await db.once.select().from(accountPodcast).where(eq(accountPodcast.accountId, accountId));
  const ephemerals = await openBrowser(ephemeralId);
  await signIn(ephemerals.asking, { accountId, passwordHash: "old" });

  const rows = await db.once.select().from(accountPodcast);
  const accounts = await db.once.select().from(account);
  assert.deepEqual(afterPermanent, []);
  assert.deepEqual(new Set(rows.map((row) => row.accountId)), new Set([accountId, permanentId]));
  assert.deepEqual(new Set(accounts.map(({ id }) => id)), new Set([accountId, permanentId]));
  assert.ok(!(await loginIds()).includes(bobs.loginId));
});

const BROWSER = { ...NOBODY, address: "203.0.113.7", userAgent: "Mozilla/5.0" };
const asVisitor = (caller: Caller): Context => ctx.with({ caller });

test("ensureAccount() gives a visitor an account and a cookie, and the one that there is no other", async () => {
  const made = await ensureAccount(asVisitor(BROWSER));
  const own = await ensureAccount(asVisitor({ ...BROWSER, account: { id: accountId, email: null } }));

  assert.match(made.setCookies?.[1] ?? "", /^podcore=[\w-]{43};/);
  assert.deepEqual(own, { accountId, setCookies: undefined });
  assert.equal((await db.once.select().from(account)).length, 2);
});

test("ensureAccount() makes none for a program, and 60 an hour for a network", async () => {
  await assert.rejects(ensureAccount(asVisitor({ ...BROWSER, userAgent: "curl/8" })), { status: 401 });
  for (let i = 0; i < 60; i += 1) await ensureAccount(asVisitor(BROWSER));

  await assert.rejects(ensureAccount(asVisitor(BROWSER)), { status: 429 });

  await ensureAccount(asVisitor({ ...BROWSER, address: "198.51.100.1" }));
  assert.equal((await db.once.select().from(account)).length, 62);
});
