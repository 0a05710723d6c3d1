import { after } from "node:test";
import { readConfig } from "../../shared/config.ts";
import type { Caller } from "../../shared/context.ts";
import { type Context, makeContext, NOBODY } from "../../shared/context.ts";
import { openPool } from "../../shared/db/pool.ts";
import type { Fetch } from "../../shared/fetch/fetch.ts";
import type { JobContext } from "../../shared/jobs/job.ts";
import { createLog } from "../../shared/log/log.ts";

/** A context over a real database, with settings as they are by default unless given as the environment gives them. */
export function createContext(options: {
  databaseUrl: string;
  environment?: Record<string, string>;
  fetch?: Fetch;
  writeLog?: (text: string) => void;
  /** Who asks; nobody unless given. */
  caller?: Caller;
}): Context {
  const { databaseUrl, environment, writeLog = () => {}, caller = NOBODY } = options;
  const pool = openPool({ url: databaseUrl, max: 5, applicationName: "podcore-test" });
  after(pool.close);
  return makeContext(
    {
      config: readConfig({ DATABASE_URL: databaseUrl, ...environment }),
      log: createLog({ format: "flat", level: "debug", write: writeLog }),
      database: (signal) => pool.databaseFor({ signal }),
      fetch() {
        if (options.fetch === undefined) throw new Error("This test's context has no fetch");
        return options.fetch;
      },
    },
    { caller, signal: new AbortController().signal, draining: new AbortController().signal },
  );
}

/** The context that a worker gives to a job. */
export function asJob(ctx: Context): JobContext {
  return ctx.with({ job: { jobId: 1, leaseToken: 1, createdAt: new Date() } });
}
