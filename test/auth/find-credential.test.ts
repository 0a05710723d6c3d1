import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { findCredential } from "../../shared/auth/find-credential.ts";
import { newSecret } from "../../shared/auth/secret.ts";
import { account, apiKey, login } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const address = "203.0.113.7";
let accountId: number;

beforeEach(async () => {
  await db.once.delete(account);
  accountId = await insertAccount(db, { email: "ada@example.com" });
});

async function insert(table: typeof login | typeof apiKey, expiresAt: Date | null): Promise<Buffer> {
  const { sha256 } = newSecret();
  const key = { accountId, name: "an app", hint: "podcore_x", secretSha256: sha256, expiresAt };
  if (table === apiKey) await db.once.insert(apiKey).values(key);
  else await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt: expiresAt ?? new Date() });
  return sha256;
}

/** Lets `minutes` pass since the account and its credentials were last seen. */
async function ageBy(minutes: number): Promise<void> {
  const before = sql`podcore_now() - ${minutes}::int * interval '1 minute'`;
  await db.once.update(account).set({ lastSeenAt: before, lastSeenAddress: null });
  await db.once.update(login).set({ lastUsedAt: before, lastUsedAddress: null });
  await db.once.update(apiKey).set({ lastUsedAt: before, lastUsedAddress: null });
}

const lastSeenAddress = async () =>
  (await db.once.select().from(account).where(eq(account.id, accountId)))[0]?.lastSeenAddress;
const hoursFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000);

for (const { kind, table } of [
  { kind: "login", table: login },
  { kind: "api-key", table: apiKey },
] as const) {
  test(`findCredential() finds whose a credential of kind ${kind} is while it lasts, and nobody afterwards`, async () => {
    const [valid, expired] = [await insert(table, hoursFromNow(1)), await insert(table, hoursFromNow(-1))];

    const found = await findCredential(db, { kind, secretSha256: valid, address });
    const gone = await findCredential(db, { kind, secretSha256: expired, address });
    const unknown = await findCredential(db, { kind, secretSha256: newSecret().sha256, address });

    assert.deepEqual([found?.accountId, found?.email], [accountId, "ada@example.com"]);
    assert.deepEqual([gone, unknown], [undefined, undefined]);
  });

  test(`findCredential() takes down that a credential of kind ${kind} and its account were used, at most once a minute`, async () => {
    const secretSha256 = await insert(table, hoursFromNow(1));
    await ageBy(2);

    await findCredential(db, { kind, secretSha256, address });
    const first = await lastSeenAddress();
    await findCredential(db, { kind, secretSha256, address: "198.51.100.1" });
    const second = await lastSeenAddress();

    const [used] = await db.once.select().from(table);
    assert.deepEqual([first, second, used?.lastUsedAddress], [address, address, address]);
  });
}

test("findCredential() finds a login in its own browser, and within 90 days of its last use", async () => {
  const secretSha256 = await insert(login, hoursFromNow(24 * 365));
  const [own, other] = [newSecret().sha256, newSecret().sha256];
  await db.once.update(login).set({ browserSha256: own });
  const find = (browserSha256: Buffer) => findCredential(db, { kind: "login", secretSha256, address, browserSha256 });

  const [here, elsewhere] = [await find(own), await find(other)];
  await ageBy(91 * 24 * 60);
  const late = await find(own);

  assert.equal(here?.accountId, accountId);
  assert.deepEqual([elsewhere, late], [undefined, undefined]);
});

test("findCredential() finds a key that never expires", async () => {
  const secretSha256 = await insert(apiKey, null);

  assert.equal((await findCredential(db, { kind: "api-key", secretSha256, address }))?.accountId, accountId);
});

test("findCredential() takes down no use of other accounts, and none of other credentials", async () => {
  const used = await insert(login, hoursFromNow(1));
  const unused = [await insert(login, hoursFromNow(1)), await insert(apiKey, null)];
  const otherId = await insertAccount(db);
  await ageBy(2);

  await findCredential(db, { kind: "login", secretSha256: used, address });

  const logins = await db.once.select().from(login);
  const keys = await db.once.select().from(apiKey);
  const addressOf = (secret: Buffer) =>
    [...logins, ...keys].find(({ secretSha256 }) => secretSha256.equals(secret))?.lastUsedAddress;
  const [other] = await db.once.select().from(account).where(eq(account.id, otherId));
  assert.equal(addressOf(used), address);
  assert.deepEqual([...unused.map(addressOf), other?.lastSeenAddress], [null, null, null]);
});
