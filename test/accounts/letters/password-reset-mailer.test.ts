import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { hashSecret } from "../../../shared/auth/secret.ts";
import type { Context } from "../../../shared/context.ts";
import { verificationCode } from "../../../shared/db/schema.ts";
import { openMailers } from "../../jobs/mailers.ts";
import { insertAccount } from "../../support/rows.ts";

const { server, db, lines, contextFor, reset, work, workAgain } = await openMailers();

beforeEach(reset);

const send = (email: string, context?: Context) => work({ name: "password_reset_mailer", args: { email } }, context);

function digestIn(text = ""): Buffer | undefined {
  return hashSecret(/^https:\/\/casts\.example\.org\/password-reset\?code=(\S+)$/m.exec(text)?.[1] ?? "");
}

function storedCodes() {
  return db.once
    .select({
      kind: verificationCode.kind,
      accountId: verificationCode.accountId,
      email: verificationCode.email,
      secretSha256: verificationCode.secretSha256,
      minutes: sql<number>`round(extract(epoch from expires_at - podcore_now()) / 60)::int`,
    })
    .from(verificationCode)
    .orderBy(verificationCode.id);
}

test("passwordResetMailer sends the owner of the account a link that lasts for an hour", async () => {
  const accountId = await insertAccount(db, { email: "Reader@example.com" });

  const result = await send("reader@EXAMPLE.com");

  const [mail] = server.mails;
  assert.equal(result.numDone, 1);
  assert.deepEqual([server.mails.length, mail?.to], [1, ["Reader@example.com"]]);
  assert.equal(mail?.headers.subject, "Choose a new password for casts.example.org");
  assert.ok(digestIn(mail?.text) !== undefined);
  assert.deepEqual(await storedCodes(), [
    { kind: "password-reset", accountId, email: "Reader@example.com", secretSha256: digestIn(mail?.text), minutes: 60 },
  ]);
});

test("passwordResetMailer is done and sends nothing, when no account has the address, and does not log it", async () => {
  await insertAccount(db, { email: "reader@example.com" });
  await insertAccount(db);

  const results = [await send("nobody@example.com"), await send("no address at all")];

  assert.deepEqual(
    results.map(({ numDone }) => numDone),
    [1, 1],
  );
  assert.equal(server.mails.length, 0);
  assert.deepEqual(await storedCodes(), []);
  assert.match(lines.join(""), /Mail not sent, reason: no account has the address/);
  assert.doesNotMatch(lines.join(""), /nobody|no address/);
});

test("passwordResetMailer leaves each mail to one address its own link", async () => {
  await insertAccount(db, { email: "reader@example.com" });

  for (let i = 0; i < 2; i++) await send("reader@example.com");

  const [first, second] = server.mails.map(({ text }) => digestIn(text));
  assert.notDeepEqual(first, second);
  assert.deepEqual(
    (await storedCodes()).map(({ secretSha256 }) => secretSha256),
    [first, second],
  );
});

test("passwordResetMailer makes no other link, when it is done again after its link was used", async () => {
  await insertAccount(db, { email: "reader@example.com" });
  server.refusal = "421 Too busy";
  await send("reader@example.com");
  server.refusal = undefined;
  await db.once.delete(verificationCode);

  const again = await workAgain();

  assert.deepEqual([again.numDone, server.mails.length], [1, 0]);
  assert.deepEqual(await storedCodes(), []);
  assert.match(lines.join(""), /Mail not sent, reason: its link was used or has expired/);
});

test("passwordResetMailer tells the first attempt's end of the link, when it is tried again", async () => {
  await insertAccount(db, { email: "reader@example.com" });
  server.refusal = "421 Too busy";
  await send("reader@example.com");
  server.refusal = undefined;
  await db.once.execute(sql`update verification_code set expires_at = '2030-01-02 03:04:05Z'`);

  await workAgain();

  assert.match(server.mails[0]?.text ?? "", /The link expires on 2 January 2030, 03:04 UTC/);
});

test("passwordResetMailer is tried again, when the server refuses for now", async () => {
  await insertAccount(db, { email: "reader@example.com" });
  server.refusal = "421 Too busy";
  const first = await send("reader@example.com");
  server.refusal = undefined;

  const second = await workAgain();

  assert.deepEqual([first.numFailed, second.numDone, server.mails.length], [1, 1, 1]);
  assert.deepEqual(
    (await storedCodes()).map(({ secretSha256 }) => secretSha256),
    [digestIn(server.mails[0]?.text)],
  );
});

test("passwordResetMailer stores no code and logs no link, in production without SMTP_URL", async () => {
  await insertAccount(db, { email: "reader@example.com" });

  const result = await send("reader@example.com", contextFor({}));

  assert.equal(result.numDone, 1);
  assert.deepEqual(await storedCodes(), []);
  assert.match(lines.join(""), /Mail is off: SMTP_URL is not set/);
  assert.doesNotMatch(lines.join(""), /code=/);
});

test("passwordResetMailer shares one limit with all other mails to the address", async () => {
  await insertAccount(db, { email: "reader@example.com" });

  for (let i = 0; i < 7; i++) await send("reader@example.com");

  assert.equal(server.mails.length, 5);
});
