import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { hashSecret } from "../../../shared/auth/secret.ts";
import type { Context } from "../../../shared/context.ts";
import { job, verificationCode } from "../../../shared/db/schema.ts";
import type { WorkResult } from "../../../shared/jobs/job-worker.ts";
import { openMailers } from "../../jobs/mailers.ts";
import { insertAccount } from "../../support/rows.ts";

const { server, db, lines, contextFor, reset, work, workAgain } = await openMailers();
const DONE: WorkResult = { numDone: 1, numFailed: 0, numParked: 0, numAbandoned: 0 };

beforeEach(reset);

async function insertCode(options: { kind?: "sign-up" | "invite"; email?: string; minutes?: number } = {}) {
  const { kind = "sign-up", email = "reader@example.com", minutes = 60 } = options;
  const owner = kind === "invite" ? {} : { accountId: await insertAccount(db), passwordHash: "$argon2id$" };
  const expiresAt = sql`podcore_now() + ${minutes}::int * interval '1 minute'`;
  const [row] = await db.once
    .insert(verificationCode)
    .values({ kind, email, expiresAt, ...owner })
    .returning({ id: verificationCode.id });
  return row?.id ?? 0;
}

const send = (verificationCodeId: number, context?: Context) =>
  work({ name: "verification_mailer", args: { verificationCodeId } }, context);

function secretIn(text = ""): string {
  return /^https:\/\/casts\.example\.org\/verify\?code=(\S+)$/m.exec(text)?.[1] ?? "";
}

async function storedDigest(verificationCodeId: number): Promise<Buffer | null | undefined> {
  const rows = await db.once.select().from(verificationCode);
  return rows.find(({ id }) => id === verificationCodeId)?.secretSha256;
}

test("verificationMailer sends the link whose secret it has stored hashed", async () => {
  const id = await insertCode();

  const result = await send(id);

  const [mail] = server.mails;
  assert.deepEqual(result, DONE);
  assert.deepEqual([server.mails.length, mail?.to], [1, ["reader@example.com"]]);
  assert.equal(mail?.headers.subject, "Confirm your email address for casts.example.org");
  const digest = hashSecret(secretIn(mail?.text));
  assert.ok(digest !== undefined);
  assert.deepEqual(await storedDigest(id), digest);
  assert.ok(!lines.join("").includes(secretIn(mail?.text)));
  assert.doesNotMatch(lines.join(""), /reader@/);
});

test("verificationMailer sends an invitation in other words", async () => {
  const id = await insertCode({ kind: "invite" });

  await send(id);

  const [mail] = server.mails;
  assert.equal(mail?.headers.subject, "Your invitation to casts.example.org");
  assert.deepEqual(await storedDigest(id), hashSecret(secretIn(mail?.text)));
});

test("verificationMailer tells the owner of an account instead, however the address is capitalised", async () => {
  await insertAccount(db, { email: "Reader@Example.com" });
  const id = await insertCode({ email: "reader@example.COM" });

  const result = await send(id);

  const [mail] = server.mails;
  assert.deepEqual(result, DONE);
  assert.deepEqual([server.mails.length, mail?.to], [1, ["reader@example.com"]]);
  assert.equal(mail?.headers.subject, "You already have an account at casts.example.org");
  assert.doesNotMatch(mail?.text ?? "", /code=/);
  assert.equal(await storedDigest(id), null);
});

test("verificationMailer tries again to tell the owner of an account, when the server refuses for now", async () => {
  await insertAccount(db, { email: "reader@example.com" });
  const id = await insertCode();
  server.refusal = "451 Try later";
  const first = await send(id);
  server.refusal = undefined;

  const second = await workAgain();

  assert.deepEqual([first.numFailed, second.numDone], [1, 1]);
  assert.equal(server.mails[0]?.headers.subject, "You already have an account at casts.example.org");
});

test("verificationMailer is done and sends nothing, when the code is gone, has expired, or resets a password", async () => {
  const expired = await insertCode({ minutes: -1 });
  const [reset] = await db.once
    .insert(verificationCode)
    .values({
      kind: "password-reset",
      accountId: await insertAccount(db, { email: "owner@example.com" }),
      email: "owner@example.com",
      expiresAt: sql`podcore_now() + interval '1 hour'`,
    })
    .returning({ id: verificationCode.id });

  const results = [await send(4_000_000_000), await send(expired), await send(reset?.id ?? 0)];

  assert.deepEqual(results, [DONE, DONE, DONE]);
  assert.equal(server.mails.length, 0);
  assert.deepEqual([await storedDigest(expired), await storedDigest(reset?.id ?? 0)], [null, null]);
});

test("verificationMailer is tried again with the same secret, when the server refuses for now", async () => {
  const id = await insertCode();
  server.refusal = "451 Try later, reader@example.com";
  const first = await send(id);
  const [failed] = await db.once
    .select({
      numErrors: job.numErrors,
      lastError: job.lastError,
      delaySeconds: sql<number>`extract(epoch from due_at - last_error_at)::int`,
    })
    .from(job);
  const before = await storedDigest(id);
  server.refusal = undefined;

  const second = await workAgain();

  assert.deepEqual([first.numFailed, second.numDone], [1, 1]);
  assert.deepEqual(failed, {
    numErrors: 1,
    lastError: `Cannot send mail by "${server.host}": Can't send mail - all recipients were rejected: 451 Try later, ...`,
    delaySeconds: 4,
  });
  const digest = await storedDigest(id);
  assert.deepEqual(digest, hashSecret(secretIn(server.mails[0]?.text)));
  assert.deepEqual(digest, before);
});

test("verificationMailer sends the same mail to the byte, when it is done twice", async () => {
  const id = await insertCode();
  const repeated = { name: "verification_mailer", args: { verificationCodeId: id, nonce: "once" } } as const;
  server.beforeTaken = async () => void (await db.once.execute(sql`update job set lease_token = lease_token + 1`));

  const first = await work(repeated);
  server.beforeTaken = async () => {};
  await db.once.execute(sql`update job set lease_expires_at = null`);
  const second = await workAgain();

  const [a, b] = server.mails;
  assert.deepEqual([first.numAbandoned, second.numDone], [1, 1]);
  assert.ok(a !== undefined && b !== undefined);
  assert.equal(b.raw, a.raw);
  assert.match(a.headers["message-id"] ?? "", /^<[0-9a-f]{64}@casts\.example\.org>$/);
});

test("verificationMailer gives each mail to one address a link and an id of its own", async () => {
  const ids = [await insertCode(), await insertCode()];

  for (const id of ids) await send(id);

  const digests = server.mails.map(({ text }) => hashSecret(secretIn(text)));
  assert.deepEqual([await storedDigest(ids[0] ?? 0), await storedDigest(ids[1] ?? 0)], digests);
  assert.equal(new Set(server.mails.map(({ headers }) => headers["message-id"])).size, 2);
});

test("verificationMailer goes on once an hour while its link lasts, and is done when it has expired", async () => {
  await insertCode({ minutes: 2 * 24 * 60 });
  const [{ id = 0 } = {}] = await db.once.select({ id: verificationCode.id }).from(verificationCode);
  server.refusal = "451 Try later";
  await send(id);
  await db.once.execute(sql`update job set num_errors = 30, created_at = podcore_now() - interval '47 hours'`);
  const failed = await workAgain();
  const [row] = await db.once
    .select({ parkedAt: job.parkedAt, delaySeconds: sql<number>`extract(epoch from due_at - last_error_at)::int` })
    .from(job);
  await db.once.execute(sql`update verification_code set expires_at = podcore_now()`);

  const last = await workAgain();

  assert.deepEqual([failed.numFailed, row], [1, { parkedAt: null, delaySeconds: 3_600 }]);
  assert.deepEqual([last.numDone, server.mails.length], [1, 0]);
});

test("verificationMailer mints nothing, logs no link and says that mail is off, in production without SMTP_URL", async () => {
  const id = await insertCode();

  const result = await send(id, contextFor({}));

  assert.deepEqual(result, DONE);
  assert.equal(await storedDigest(id), null);
  assert.match(lines.join(""), /WARN Mail is off: SMTP_URL is not set/);
  assert.doesNotMatch(lines.join(""), /code=/);
});

test("verificationMailer logs a link that works, in development without SMTP_URL", async () => {
  const id = await insertCode();

  const result = await send(id, contextFor({ PODCORE_ENV: "development" }));

  const [, secret = ""] = /Mail is off: open the link yourself.*\/verify\?code=([\w-]+)/.exec(lines.join("")) ?? [];
  assert.deepEqual(result, DONE);
  assert.deepEqual(await storedDigest(id), hashSecret(secret));
});

test("verificationMailer sends at most five mails an hour to one address, however it is capitalised", async () => {
  const ids: number[] = [];
  for (let i = 0; i < 7; i++)
    ids.push(await insertCode({ email: i % 2 === 0 ? "reader@example.com" : "READER@example.com" }));
  const other = await insertCode({ email: "other@example.com" });

  for (const id of [...ids, other]) await send(id);
  const numSent = server.mails.length;
  await db.once.execute(sql`update rate_limit set resets_at = podcore_now()`);
  await send(ids[6] ?? 0);

  assert.deepEqual([numSent, server.mails.length], [6, 7]);
  assert.deepEqual((await db.once.select().from(job)).length, 0);
  assert.match(lines.join(""), /Mail not sent, reason: too many mails to the address/);
});

test("verificationMailer counts no mail that was not sent", async () => {
  const id = await insertCode();
  server.refusal = "451 Try later";
  await send(id);
  for (let i = 0; i < 6; i++) await workAgain();
  server.refusal = undefined;

  const result = await workAgain();

  assert.deepEqual(result, DONE);
  assert.equal(server.mails.length, 1);
});

test("verificationMailer stores no address where it counts them", async () => {
  await send(await insertCode());

  const [row] = await db.once.execute(sql`select kind, subject, num_taken from rate_limit`);

  assert.deepEqual([row?.kind, row?.num_taken], ["mail", 1]);
  assert.match(String(row?.subject), /^[0-9a-f]{64}$/);
});
