import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import test, { after, beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import type { passwordResetMailer } from "../../../shared/accounts/letters/password-reset-mailer.ts";
import type { podcastRefresh } from "../../../shared/crawl/podcast-refresh.ts";
import { job } from "../../../shared/db/schema.ts";
import { enqueueJob } from "../../../shared/jobs/enqueue-job.ts";
import type { WorkResult } from "../../../shared/jobs/job-worker.ts";
import type { noOp } from "../../../shared/jobs/no-op.ts";
import { sendPing, startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { LOOPBACK } from "../../support/loopback.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, insertDuePodcasts } from "../../support/rows.ts";

const NUM_JOBS = 200;

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const environment = { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: LOOPBACK.join(",") };

beforeEach(async () => {
  await ctx.db.once.delete(job);
  await ctx.db.once.execute(sql`delete from podcast`);
});

async function ping(url: string): Promise<{ status: number; result: WorkResult }> {
  const reply = await sendPing(url);
  // What the function's run() returns, as JSON.
  return { status: reply.status, result: (await reply.json()) as WorkResult };
}

/** A host that answers when the test says so, and a job that asks it. */
async function enqueueHeld() {
  const responses: ServerResponse[] = [];
  const origin = await startOrigin((_, response) => responses.push(response));
  after(origin.close);
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, [`${origin.url}/feed`]);
  await enqueueJob<typeof podcastRefresh>(ctx.db, { name: "podcast_refresh", args: { podcastId } });
  return {
    asked: async () => {
      while (responses.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    answer: () => {
      for (const response of responses.splice(0)) response.end(rss());
    },
  };
}

test("run() does each job once, when ten ticks run at once in two processes over 200 jobs", async () => {
  await Promise.all(
    Array.from({ length: NUM_JOBS }, (_, i) =>
      enqueueJob<typeof noOp>(ctx.db, { name: "no_op", args: { message: `<${i}>` } }),
    ),
  );
  const processes = await Promise.all([0, 1].map(() => startArtifact({ name: "tick-work", environment })));

  const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => ping(processes[i % 2]?.url ?? "")));

  for (const { stop } of processes) assert.equal(await stop(), 0);
  const output = processes.map((process) => process.output()).join("");
  const messages = [...output.matchAll(/No-op.*?<(\d+)>/g)].map(([, i]) => Number(i));
  assert.deepEqual(
    replies.map(({ status }) => status),
    Array(10).fill(200),
  );
  assert.equal(
    replies.reduce((sum, { result }) => sum + result.numDone, 0),
    NUM_JOBS,
  );
  assert.deepEqual(
    messages.sort((a, b) => a - b),
    Array.from({ length: NUM_JOBS }, (_, i) => i),
  );
  assert.equal((await ctx.db.once.select().from(job)).length, 0);
});

test("run() takes over the job of a process that was killed, when its lease has run out", async () => {
  const held = await enqueueHeld();
  const first = await startArtifact({ name: "tick-work", environment });
  const tick = sendPing(first.url).catch(() => undefined);
  await held.asked();
  first.child.kill("SIGKILL");
  await tick;
  const second = await startArtifact({ name: "tick-work", environment });

  const { result: early } = await ping(second.url);
  await ctx.db.once.execute(sql`update job set lease_expires_at = podcore_now()`);
  await ctx.db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now()`);
  held.answer();
  const late = ping(second.url);
  await held.asked();
  held.answer();

  assert.equal(early.numDone, 0);
  assert.equal((await late).result.numDone, 1);
  const [row] = await ctx.db.once.execute(sql`select count(*)::int as num from episode`);
  assert.equal(row?.num, 1);
});

test("run() leaves no new job waiting for a job that takes long, in a tick that runs and in one that is woken", async () => {
  const held = await enqueueHeld();
  const { url, stop } = await startArtifact({ name: "tick-work", environment });
  const running = ping(url);
  await held.asked();

  await enqueueJob<typeof noOp>(ctx.db, { name: "no_op", args: { message: "new" } });
  const woken = ping(url);
  while ((await ctx.db.once.select().from(job).where(eq(job.name, "no_op"))).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const left = await ctx.db.once.select().from(job);
  held.answer();
  const results = await Promise.all([running, woken]);
  await stop();

  assert.deepEqual(
    left.map(({ name }) => name),
    ["podcast_refresh"],
  );
  assert.equal(
    results.reduce((sum, { result }) => sum + result.numDone, 0),
    2,
  );
});

test("run() finishes the job in flight and takes on no other, when SIGTERM comes", async () => {
  const held = await enqueueHeld();
  const { url, child, output } = await startArtifact({ name: "tick-work", environment });
  const tick = ping(url);
  await held.asked();
  const exited = once(child, "exit");

  child.kill("SIGTERM");
  while (!output().includes("Draining")) await new Promise((resolve) => setTimeout(resolve, 10));
  await enqueueJob<typeof noOp>(ctx.db, { name: "no_op", args: { message: "late" } });
  held.answer();

  const { status, result } = await tick;
  const [code] = await exited;
  assert.deepEqual([code, status, result.numDone], [0, 200, 1]);
  assert.deepEqual(
    (await ctx.db.once.select().from(job)).map(({ name }) => name),
    ["no_op"],
  );
});

test("run() sends a mail that a job is there for, from the one file that it is", async () => {
  const mailServer = await startMailServer();
  after(mailServer.close);
  await insertAccount(ctx.db, { email: "reader@example.com" });
  await enqueueJob<typeof passwordResetMailer>(ctx.db, {
    name: "password_reset_mailer",
    args: { email: "reader@example.com" },
  });
  const { url, stop, output } = await startArtifact({
    name: "tick-work",
    environment: { ...environment, SMTP_URL: mailServer.url, PODCORE_PUBLIC_URL: "https://casts.example.org" },
  });

  const { result } = await ping(url);

  await stop();
  assert.equal(result.numDone, 1, output());
  assert.deepEqual(
    mailServer.mails.map(({ to, headers }) => [to[0], headers.subject]),
    [["reader@example.com", "Choose a new password for casts.example.org"]],
  );
  assert.doesNotMatch(output(), /code=|reader@/);
});
