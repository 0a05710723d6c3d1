import { after } from "node:test";
import { sql } from "drizzle-orm";
import { type AnyJob, JOBS } from "../../functions/jobs.ts";
import type { Context } from "../../shared/context.ts";
import { account, job, rateLimit, verificationCode } from "../../shared/db/schema.ts";
import { enqueueJob } from "../../shared/jobs/enqueue-job.ts";
import type { JobOf } from "../../shared/jobs/job.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import { createContext } from "../support/context.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { createDatabase } from "../support/postgres.ts";

const PUBLIC_URL = "https://casts.example.org";

/** What tests of the jobs that mail share: a database, a mail server, and what is logged. */
export async function openMailers() {
  const server: MailServer = await startMailServer();
  after(server.close);
  const databaseUrl = await createDatabase();
  const lines: string[] = [];
  const contextFor = (environment: Record<string, string>): Context =>
    createContext({
      databaseUrl,
      environment: { PODCORE_PUBLIC_URL: PUBLIC_URL, ...environment },
      writeLog: (text) => lines.push(text),
    });
  const ctx = contextFor({ SMTP_URL: server.url });
  const { db } = ctx;

  return {
    server,
    db,
    lines,
    contextFor,
    async reset(): Promise<void> {
      for (const table of [job, verificationCode, account, rateLimit]) await db.once.delete(table);
      lines.splice(0);
      server.mails.splice(0);
      server.refusal = undefined;
      server.beforeTaken = async () => {};
    },
    /** Stores a job and works off what is due. */
    async work(work: JobOf<AnyJob>, context: Context = ctx): Promise<jobWorker.WorkResult> {
      await enqueueJob<AnyJob>(db, work);
      return jobWorker.run(context, { budgetMs: 60_000, jobs: JOBS });
    },
    /** Works off what is there, as if the wait before the next attempt were over. */
    async workAgain(): Promise<jobWorker.WorkResult> {
      await db.once.execute(sql`update job set due_at = podcore_now()`);
      return jobWorker.run(ctx, { budgetMs: 60_000, jobs: JOBS });
    },
  };
}
