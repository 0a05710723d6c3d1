import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { deleteApiKey } from "../../functions/web/api-key-revoke-post.ts";
import { API_KEYS_MAX, insertApiKey } from "../../shared/accounts/api-key-creator.ts";
import { insertLogin } from "../../shared/accounts/insert-login.ts";
import { listApiKeys, listLogins } from "../../shared/accounts/list-credentials.ts";
import { deleteLogin, deleteLogins } from "../../shared/auth/delete-logins.ts";
import { newSecret } from "../../shared/auth/secret.ts";
import { account, accountBrowser, apiKey, login } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const BROWSER = {
  ...{ passwordHash: "not a hash", browserSha256: newSecret().sha256 },
  ...{ userAgent: "a browser", address: "203.0.113.7", days: 3 },
};
let [ada, bob] = [0, 0];

beforeEach(async () => {
  await db.once.delete(account);
  ada = await insertAccount(db, { email: "ada@example.com" });
  bob = await insertAccount(db, { email: "bob@example.com" });
});

/** Logs a browser in to an account, and returns the login's id. */
async function logIn(accountId: number, values: Partial<typeof BROWSER> = {}): Promise<number> {
  const secretSha256 = newSecret().sha256;
  assert.ok(await insertLogin(db, { ...BROWSER, ...values, accountId, secretSha256 }));
  const rows = await db.once.select().from(login);
  return Math.max(...rows.map(({ id }) => id));
}

const makeKey = (accountId: number, secretSha256 = newSecret().sha256, name = "an app") =>
  insertApiKey(db, { accountId, name, secretSha256, hint: "podcore_x" });
const loginIds = async () => (await db.once.select().from(login).orderBy(login.id)).map(({ id }) => id);
const keyIds = async () => (await db.once.select().from(apiKey).orderBy(apiKey.id)).map(({ id }) => id);

test("insertLogin() makes a login that lasts so many days, of the account that has the password", async () => {
  await logIn(ada, { userAgent: "x".repeat(501) });

  const isStale = await insertLogin(db, {
    ...{ ...BROWSER, passwordHash: "an older hash" },
    ...{ accountId: bob, secretSha256: newSecret().sha256 },
  });

  const [made, ...others] = await db.once.select().from(login);
  const daysLeft = Number(made && (made.expiresAt.getTime() - made.createdAt.getTime()) / 86_400_000);
  assert.deepEqual([made?.accountId, made?.userAgent?.length, Math.round(daysLeft)], [ada, 500, 3]);
  assert.deepEqual([isStale, others], [false, []]);
});

test("insertLogin() done twice makes one login", async () => {
  const secretSha256 = newSecret().sha256;

  const made = [
    await insertLogin(db, { ...BROWSER, accountId: ada, secretSha256 }),
    await insertLogin(db, { ...BROWSER, accountId: ada, secretSha256 }),
  ];

  assert.deepEqual(made, [true, true]);
  assert.equal((await loginIds()).length, 1);
});

test("deleteLogin() ends one login of the account, and none of another", async () => {
  const [first, second, foreign] = [await logIn(ada), await logIn(ada), await logIn(bob)];

  const ended = [
    await deleteLogin(db, { id: first, accountId: ada }),
    await deleteLogin(db, { id: first, accountId: ada }),
    await deleteLogin(db, { id: foreign, accountId: ada }),
  ];

  assert.deepEqual(ended, [true, false, false]);
  assert.deepEqual(await loginIds(), [second, foreign]);
});

test("deleteLogins() ends all logins of the account but one, or all, and none of another", async () => {
  const [first, second, foreign] = [await logIn(ada), await logIn(ada), await logIn(bob)];
  const kept = await logIn(ada);

  await deleteLogins(db, { accountId: ada, exceptId: kept });
  const afterSome = await loginIds();
  await deleteLogins(db, { accountId: ada, exceptId: undefined });

  assert.ok(first !== second);
  assert.deepEqual(afterSome, [foreign, kept]);
  assert.deepEqual(await loginIds(), [foreign]);
});

test("deleteLogins() forgets the account's browsers except the login's, and none of another account", async () => {
  const [one, two] = [newSecret().sha256, newSecret().sha256];
  await db.once.insert(accountBrowser).values([
    { accountId: ada, browserSha256: one },
    { accountId: ada, browserSha256: two },
    // Logged out since, and still known.
    { accountId: bob, browserSha256: one },
  ]);
  const kept = await logIn(ada, { browserSha256: one });

  await deleteLogins(db, { accountId: ada, exceptId: kept });

  const known = await db.once.select().from(accountBrowser).orderBy(accountBrowser.accountId);
  assert.deepEqual(
    known.map(({ accountId, browserSha256 }) => [accountId, browserSha256.equals(one)]),
    [
      [ada, true],
      [bob, true],
    ],
  );
});

test("listLogins() lists the account's logins that last, the one used last first", async () => {
  const [first, second, expired] = [await logIn(ada), await logIn(ada), await logIn(ada)];
  await logIn(bob);
  await db.once.execute(sql`update login set last_used_at = podcore_now() - interval '1 hour' where id = ${second}`);
  await db.once.execute(sql`update login set expires_at = podcore_now() where id = ${expired}`);

  const listed = await listLogins(db, ada);

  assert.deepEqual(
    listed.map(({ id }) => id),
    [first, second],
  );
});

test("insertApiKey() makes as many keys as an account may have, and counts each account for itself", async () => {
  for (let i = 1; i < API_KEYS_MAX; i += 1) assert.ok(await makeKey(ada));
  const secretSha256 = newSecret().sha256;

  const last = await makeKey(ada, secretSha256, "the last");
  const again = await makeKey(ada, secretSha256, "the last");
  const oneTooMany = await makeKey(ada);
  const others = await makeKey(bob);

  assert.deepEqual([last, again, oneTooMany, others], [true, true, false, true]);
  assert.equal((await keyIds()).length, API_KEYS_MAX + 1);
  assert.equal(API_KEYS_MAX, 50);
});

test("deleteApiKey() ends one key of the account, and none of another", async () => {
  await makeKey(ada);
  await makeKey(ada);
  await makeKey(bob);
  const [first = 0, second, foreign = 0] = await keyIds();

  const ended = [
    await deleteApiKey(db, { id: first, accountId: ada }),
    await deleteApiKey(db, { id: first, accountId: ada }),
    await deleteApiKey(db, { id: foreign, accountId: ada }),
  ];

  assert.deepEqual(ended, [true, false, false]);
  assert.deepEqual(await keyIds(), [second, foreign]);
});

test("listApiKeys() lists the account's keys, the newest first", async () => {
  for (const accountId of [ada, ada, bob]) await makeKey(accountId);
  const [first, second] = await keyIds();

  const listed = await listApiKeys(db, ada);

  assert.deepEqual(
    listed.map(({ id }) => id),
    [second, first],
  );
});
