import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { newSecret } from "../../shared/auth/secret.ts";
import { account, apiKey, login } from "../../shared/db/schema.ts";
import { findApiKey, findLogin } from "../../shared/sql/find-credential.ts";
import { createContext } from "../support/context.ts";
import { insertAccount } from "../support/insert-account.ts";
import { createDatabase } from "../support/postgres.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const address = "203.0.113.7";
let accountId: number;

beforeEach(async () => {
  await db.delete(account);
  accountId = await insertAccount(db, { email: "ada@example.com" });
});

async function insert(table: typeof login | typeof apiKey, expiresAt: Date | null): Promise<Buffer> {
  const { sha256 } = newSecret();
  const key = { accountId, name: "an app", hint: "podcore_x", secretSha256: sha256, expiresAt };
  if (table === apiKey) await db.insert(apiKey).values(key);
  else await db.insert(login).values({ accountId, secretSha256: sha256, expiresAt: expiresAt ?? new Date() });
  return sha256;
}

/** Lets `minutes` pass since the account and its credentials were last seen. */
async function ageBy(minutes: number): Promise<void> {
  const before = sql`podcore_now() - ${minutes}::int * interval '1 minute'`;
  await db.update(account).set({ lastSeenAt: before, lastSeenAddress: null });
  await db.update(login).set({ lastUsedAt: before, lastUsedAddress: null });
  await db.update(apiKey).set({ lastUsedAt: before, lastUsedAddress: null });
}

const lastSeenAddress = async () =>
  (await db.select().from(account).where(eq(account.id, accountId)))[0]?.lastSeenAddress;
const hoursFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000);

for (const { name, find, table } of [
  { name: "findLogin()", find: findLogin, table: login },
  { name: "findApiKey()", find: findApiKey, table: apiKey },
]) {
  test(`${name} finds whose it is while it lasts, and nobody afterwards`, async () => {
    const [valid, expired] = [await insert(table, hoursFromNow(1)), await insert(table, hoursFromNow(-1))];

    const found = await find(db, { secretSha256: valid, address });
    const gone = await find(db, { secretSha256: expired, address });
    const unknown = await find(db, { secretSha256: newSecret().sha256, address });

    assert.deepEqual([found?.accountId, found?.email], [accountId, "ada@example.com"]);
    assert.deepEqual([gone, unknown], [undefined, undefined]);
  });

  test(`${name} takes down that it and its account were used, at most once a minute`, async () => {
    const secretSha256 = await insert(table, hoursFromNow(1));
    await ageBy(2);

    await find(db, { secretSha256, address });
    const first = await lastSeenAddress();
    await find(db, { secretSha256, address: "198.51.100.1" });
    const second = await lastSeenAddress();

    const [used] = await db.select().from(table);
    assert.deepEqual([first, second, used?.lastUsedAddress], [address, address, address]);
  });
}

test("findApiKey() finds a key that never expires", async () => {
  const secretSha256 = await insert(apiKey, null);

  assert.equal((await findApiKey(db, { secretSha256, address }))?.accountId, accountId);
});
