import assert from "node:assert/strict";
import { argon2Sync } from "node:crypto";
import test from "node:test";
import { hashPassword, verifyPassword } from "../../shared/auth/password.ts";
import { UserError } from "../../shared/errors.ts";

test("hashPassword() stores argon2id with its parameters, salted, and verifyPassword() knows it again", async () => {
  const [first, second] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);

  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(first, second);
  assert.deepEqual(await verifyPassword("correct horse", first), { isCorrect: true, isOutdated: false });
  assert.deepEqual(await verifyPassword("correct hors", first), { isCorrect: false, isOutdated: false });
  assert.deepEqual(await verifyPassword("", first), { isCorrect: false, isOutdated: false });
});

test("verifyPassword() takes a letter composed or not for the same", async () => {
  const stored = await hashPassword("caf\u00e9 au lait");

  assert.equal((await verifyPassword("cafe\u0301 au lait", stored)).isCorrect, true);
});

test("verifyPassword() reads the parameters that a hash was made with, and says where they are not today's", async () => {
  const salt = Buffer.from("sixteen byte salt").subarray(0, 16);
  const hash = argon2Sync("argon2id", {
    message: "old one",
    nonce: salt,
    memory: 8_192,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const stored = `$argon2id$v=19$m=8192,t=1,p=1$${base64(salt)}$${base64(hash)}`;

  assert.deepEqual(await verifyPassword("old one", stored), { isCorrect: true, isOutdated: true });
  assert.deepEqual(await verifyPassword("new one", stored), { isCorrect: false, isOutdated: true });
});

for (const change of [{ memory: 8_192 }, { passes: 3 }, { parallelism: 2 }, { tagLength: 16 }]) {
  test(`verifyPassword() says that a hash is not today's, where only ${Object.keys(change)} differs`, async () => {
    const today = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
    const nonce = Buffer.alloc(16, 1);
    const parameters = { ...today, ...change };
    const hash = argon2Sync("argon2id", { ...parameters, message: "old one", nonce });
    const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
    const { memory, passes, parallelism } = parameters;
    const stored = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;

    assert.deepEqual(await verifyPassword("old one", stored), { isCorrect: true, isOutdated: true });
  });
}

test("verifyPassword() does the work where there is no account, and fails", async () => {
  assert.deepEqual(await verifyPassword("anything", undefined), { isCorrect: false, isOutdated: false });
  await assert.rejects(verifyPassword("anything", "scrypt$old"), /not an argon2id hash/);
});

test("hashPassword() lets few at a time through, and refuses with a 503 whom it cannot let wait", async () => {
  const all = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword("anything", undefined)));

  const refused = all.filter((one) => one.status === "rejected");
  assert.equal(refused.length, 8);
  for (const { reason } of refused) assert.ok(reason instanceof UserError && reason.status === 503);
});
