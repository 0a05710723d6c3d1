import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { insertEphemeralAccount, insertPermanentAccount } from "../../shared/accounts/insert-account.ts";
import { newSecret } from "../../shared/auth/secret.ts";
import { account, login } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const BROWSER = { browserSha256: newSecret().sha256, userAgent: "a browser", address: "203.0.113.7", days: 3 };

beforeEach(async () => {
  await db.once.delete(account);
});

test("insertEphemeralAccount() makes an account with a login that lasts so many days", async () => {
  const id = await insertEphemeralAccount(db, { ...BROWSER, secretSha256: newSecret().sha256 });

  const accounts = await db.once.select().from(account);
  const [made] = await db.once.select().from(login);
  const daysLeft = Number(made && (made.expiresAt.getTime() - made.createdAt.getTime()) / 86_400_000);
  assert.deepEqual(
    accounts.map((row) => [row.id, row.email, row.lastSeenAddress]),
    [[id, null, BROWSER.address]],
  );
  assert.deepEqual([made?.accountId, made?.userAgent, Math.round(daysLeft)], [id, "a browser", 3]);
});

test("insertEphemeralAccount() done twice with one secret makes one account, and with another secret another", async () => {
  const secretSha256 = newSecret().sha256;

  const first = await insertEphemeralAccount(db, { ...BROWSER, secretSha256 });
  const other = await insertEphemeralAccount(db, { ...BROWSER, secretSha256: newSecret().sha256 });
  const again = await insertEphemeralAccount(db, { ...BROWSER, secretSha256 });

  assert.equal(again, first);
  assert.notEqual(other, first);
  assert.equal((await db.once.select().from(account)).length, 2);
});

test("insertPermanentAccount() makes an account with an address and a password", async () => {
  const id = await insertPermanentAccount(db, { email: "ada@example.com", passwordHash: "a hash" });

  const [made] = await db.once.select().from(account);
  assert.deepEqual([made?.id, made?.email, made?.passwordHash], [id, "ada@example.com", "a hash"]);
});

test("insertEphemeralAccount() done twice at once with one secret makes one account", async () => {
  const { sha256: secretSha256 } = newSecret();

  const ids = await Promise.all(
    Array.from({ length: 4 }, () => insertEphemeralAccount(db, { ...BROWSER, secretSha256 })),
  );

  assert.equal(new Set(ids).size, 1);
});
