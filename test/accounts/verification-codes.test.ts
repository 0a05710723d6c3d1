import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { deleteVerificationCode, deleteVerificationCodes } from "../../shared/accounts/delete-verification-code.ts";
import { findVerificationCode } from "../../shared/accounts/find-verification-code.ts";
import { insertVerificationCode } from "../../shared/accounts/insert-verification-code.ts";
import { mintVerificationSecret } from "../../shared/accounts/letters/mint-verification-secret.ts";
import { newSecret } from "../../shared/auth/secret.ts";
import { verificationCode } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
let [ada, bob] = [0, 0];

beforeEach(async () => {
  await db.once.execute(sql`truncate verification_code, account cascade`);
  ada = await insertAccount(db, { email: "ada@example.com" });
  bob = await insertAccount(db, { email: "bob@example.com" });
});

/** Stores a link that resets an account's password. */
async function insertCode(accountId: number): Promise<{ id: number; secretSha256: Buffer }> {
  const secretSha256 = newSecret().sha256;
  const code = { kind: "password-reset", email: "ada@example.com", hours: 2, accountId, secretSha256 } as const;
  return { id: await insertVerificationCode(db, code), secretSha256 };
}

const expire = (id: number) =>
  db.once.execute(sql`update verification_code set expires_at = podcore_now() where id = ${id}`);
const codeIds = async () =>
  (await db.once.select().from(verificationCode).orderBy(verificationCode.id)).map(({ id }) => id);

test("insertVerificationCode() stores a link that lasts so many hours, with all that it is told", async () => {
  const { id, secretSha256 } = await insertCode(ada);
  await insertVerificationCode(db, {
    ...{ kind: "sign-up", email: "eve@example.com", hours: 1, accountId: bob, passwordHash: "a hash" },
  });

  const [reset, signUp] = await db.once.select().from(verificationCode).orderBy(verificationCode.id);
  const hoursLeft = Number(reset && (reset.expiresAt.getTime() - reset.createdAt.getTime()) / 3_600_000);
  assert.deepEqual([reset?.id, reset?.kind, reset?.email], [id, "password-reset", "ada@example.com"]);
  assert.deepEqual([reset?.accountId, reset?.passwordHash, Math.round(hoursLeft)], [ada, null, 2]);
  assert.ok(reset?.secretSha256?.equals(secretSha256));
  assert.deepEqual([signUp?.accountId, signUp?.passwordHash, signUp?.secretSha256], [bob, "a hash", null]);
});

test("findVerificationCode() finds the code of its own secret, while it lasts", async () => {
  const [first, second, expired] = [await insertCode(ada), await insertCode(bob), await insertCode(ada)];
  await expire(expired.id);

  const found = await Promise.all(
    [second.secretSha256, first.secretSha256, expired.secretSha256, newSecret().sha256].map((secret) =>
      findVerificationCode(db, secret),
    ),
  );

  assert.deepEqual(
    found.map((code) => code?.id),
    [second.id, first.id, undefined, undefined],
  );
});

test("deleteVerificationCode() uses one code up, once", async () => {
  const [first, second] = [await insertCode(ada), await insertCode(ada)];

  const used = [await deleteVerificationCode(db, first.id), await deleteVerificationCode(db, first.id)];

  assert.deepEqual(used, [true, false]);
  assert.deepEqual(await codeIds(), [second.id]);
});

test("deleteVerificationCodes() voids all codes of one account", async () => {
  await insertCode(ada);
  const kept = await insertCode(bob);
  await insertCode(ada);

  await deleteVerificationCodes(db, ada);

  assert.deepEqual(await codeIds(), [kept.id]);
});

test("mintVerificationSecret() gives one code a new secret, while it lasts, and tells until when", async () => {
  const [first, second, expired] = [await insertCode(ada), await insertCode(ada), await insertCode(ada)];
  await expire(expired.id);
  const minted = newSecret().sha256;

  const until = await mintVerificationSecret(db, { id: first.id, secretSha256: minted });
  const tooLate = await mintVerificationSecret(db, { id: expired.id, secretSha256: newSecret().sha256 });

  const found = await findVerificationCode(db, minted);
  assert.deepEqual([found?.id, tooLate], [first.id, undefined]);
  assert.deepEqual(until, found?.expiresAt);
  assert.equal(await findVerificationCode(db, first.secretSha256), undefined);
  assert.equal((await findVerificationCode(db, second.secretSha256))?.id, second.id);
});
