import { setTimeout as pause } from "node:timers/promises";
import type { Context, Resources } from "../../context.ts";
import { findCode, isDatabaseUnavailable } from "../../db/failure.ts";
import { checkSchema } from "../../db/schema-check.ts";
import { UserError } from "../../errors.ts";

export type Readiness = {
  /** `starting` until the schema was checked, `draining` once the process was told to end. */
  status: "starting" | "ready" | "draining";
  /** Does not decide the status: an outage must not take every pod out of service. */
  database: ReturnType<Resources["databaseStatus"]>;
};
export type SchemaGuard = {
  /** Checks the schema, unless that has succeeded before: a schema only ever moves forward. @throws UserError 503 */
  require(ctx: Context): Promise<void>;
  /** Checks it in the background, again and again until it passes. */
  start(): void;
  readiness(): Readiness;
};

type SchemaGuardOptions = { ctx: Context; usesDatabase: boolean } & Pick<Resources, "databaseStatus">;

// A database that is about to start is found soon, and a migration's end within 5 s, the Retry-After of a refused request.
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps a process from working on a schema that is older than its code. `ctx` is the background check's own. */
export function createSchemaGuard({ ctx, usesDatabase, databaseStatus }: SchemaGuardOptions): SchemaGuard {
  const { config, draining, log } = ctx;
  let isPassed = !usesDatabase;
  let isStarted = false;

  async function require({ db }: Pick<Context, "db">): Promise<void> {
    if (isPassed) return;
    await checkSchema(db, log);
    isPassed = true;
  }

  async function checkUntilPassed(): Promise<void> {
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !isPassed && !draining.aborted;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        await require(ctx);
      } catch (error) {
        // What was given up for that is no failure.
        if (draining.aborted) return;
        logFailure(error);
        // Without a database to ask, asking again helps nothing.
        if (config.databaseUrl === undefined) return;
        await pause(pauseMs, undefined, { ref: false });
      }
    }
  }

  function logFailure(error: unknown): void {
    // Whoever threw a UserError has logged why.
    if (error instanceof UserError) return;
    if (isDatabaseUnavailable(error)) log.warn("Not ready: cannot reach the database", { code: findCode(error) });
    else log.error("Not ready: cannot check the schema", { cause: error });
  }

  return {
    require,
    start() {
      if (!isStarted) void checkUntilPassed();
      isStarted = true;
    },
    readiness: () => ({
      status: draining.aborted ? "draining" : isPassed ? "ready" : "starting",
      database: databaseStatus(),
    }),
  };
}
