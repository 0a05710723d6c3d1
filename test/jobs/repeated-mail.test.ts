import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import test, { after, beforeEach } from "node:test";
import postgres from "postgres";
import { callArtifact, startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { startMailServer } from "../support/mail-server.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";
import { createVisitor } from "../support/visitor.ts";

const PASSWORD = "correct horse battery";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const sql = postgres(databaseUrl, { max: 3, onnotice: () => {} });
after(() => sql.end());
const server = await startMailServer();
after(server.close);
const environment = { DATABASE_URL: databaseUrl, SMTP_URL: server.url, PODCORE_ENV: "development" };
const { url } = await startArtifact({ name: "web", environment });

beforeEach(() => server.mails.splice(0));

/** Runs a worker, and kills it after the mail server has taken its mail, before the job has ended. */
async function killAfterMail(): Promise<void> {
  let worker: ChildProcess | undefined;
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const { promise: ended, resolve: unlock } = Promise.withResolvers<void>();
  let holding: Promise<unknown> | undefined;
  server.beforeTaken = async () => {
    // The job's end waits for this lock.
    holding = sql.begin(async (tx) => {
      await tx`select from job for update`;
      lock();
      await ended;
    });
    await locked;
  };
  const running = callArtifact({
    name: "tick-work",
    environment,
    onSpawn: (child) => {
      worker = child;
    },
  });
  await locked;
  server.beforeTaken = async () => {};
  const isWaiting = async () => {
    const rows = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%delete from job%'`;
    return rows.length > 0;
  };
  while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20));
  worker?.kill("SIGKILL");
  const { stderr } = await running;
  assert.match(stderr, /Mail sent/);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%delete from job%'`;
  unlock();
  await holding;
}

/** Runs another worker, as if the lease of the one that was killed were over. */
async function workAgain(): Promise<void> {
  await sql`update job set lease_expires_at = podcore_now() where lease_expires_at is not null`;
  const { code } = await callArtifact({ name: "tick-work", environment });
  assert.equal(code, 0);
}

function linksOf(pattern: RegExp): string[] {
  return server.mails.map(({ text }) => {
    const [, link = ""] = pattern.exec(text) ?? [];
    return link;
  });
}

test("a sign-up's mail is the same to the byte, when its worker is killed after the server took it", async () => {
  const visitor = createVisitor(url);
  await visitor.post("/signup", { email: "new@example.com", password: PASSWORD, password_confirm: PASSWORD });

  await killAfterMail();
  await workAgain();

  const [first, second] = server.mails;
  assert.equal(server.mails.length, 2);
  assert.equal(second?.raw, first?.raw);
  const [link = "", again = ""] = linksOf(/(\/verify\?code=\S+)/);
  const pages = [await visitor.get(link), await visitor.get(again)];
  assert.deepEqual(
    pages.map(({ status }) => status),
    [200, 200],
  );
  assert.match(pages[1]?.body ?? "", /new@example\.com/);
  assert.equal((await sql`select from job`).length, 0);
});

test("a password's mail is the same to the byte, when its worker is killed after the server took it", async () => {
  await insertAccount(ctx.db, { email: "known@example.com" });
  const visitor = createVisitor(url);
  await visitor.post("/password-reset", { email: "known@example.com" });

  await killAfterMail();
  await workAgain();

  const [first, second] = server.mails;
  assert.equal(server.mails.length, 2);
  assert.equal(second?.raw, first?.raw);
  const [link = "", again = ""] = linksOf(/(\/password-reset\?code=\S+)/);
  const pages = [await visitor.get(link), await visitor.get(again)];
  assert.deepEqual(
    pages.map(({ status, body }) => [status, body.includes("known@example.com")]),
    [
      [200, true],
      [200, true],
    ],
  );
});

test("a password's mail is not sent again, when its link was used before the next worker", async () => {
  await insertAccount(ctx.db, { email: "quick@example.com" });
  const visitor = createVisitor(url);
  await visitor.post("/password-reset", { email: "quick@example.com" });
  await killAfterMail();
  const [link = ""] = linksOf(/\/password-reset\?code=(\S+)/);
  const used = await visitor.post("/password-reset", { code: link, password: PASSWORD, password_confirm: PASSWORD });

  await workAgain();

  assert.equal(used.status, 303);
  // The other mail tells that the password was changed.
  assert.deepEqual(
    server.mails.map(({ text }) => text.includes("?code=")),
    [true, false],
  );
  assert.equal((await visitor.get(`/password-reset?code=${link}`)).body.includes("quick@example.com"), false);
});
