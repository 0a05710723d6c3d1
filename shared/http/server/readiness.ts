import { setTimeout as pause } from "node:timers/promises";
import type { Context, Resources } from "../../context.ts";
import { errorCodeOf, isDatabaseUnavailable } from "../../db/failure.ts";
import { checkSchema } from "../../db/schema-check.ts";
import { UserError } from "../../errors.ts";

export type Readiness = {
  /** `starting` until the schema check passes, `draining` once the process is told to stop. */
  status: "starting" | "ready" | "draining";
  /** Does not affect the status, because an outage must not take all pods out of service. */
  database: ReturnType<Resources["databaseStatus"]>;
};
export type SchemaGuard = {
  /** Checks the schema until it passes once: a schema never moves backward. @throws UserError 503 */
  require(ctx: Context): Promise<void>;
  /** Checks the schema in the background, repeatedly until it passes. */
  start(): void;
  readiness(): Readiness;
};

type SchemaGuardOptions = { ctx: Context; usesDatabase: boolean } & Pick<Resources, "databaseStatus">;

// Notices a starting database soon, and the end of a migration within 5 s, the Retry-After of refused requests.
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Makes the guard against a schema that is older than the code. `ctx` is for the background check. */
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
        // A check aborted by the drain is not a failure.
        if (draining.aborted) return;
        logFailure(error);
        // Without a configured database, retrying does not help.
        if (config.databaseUrl === undefined) return;
        await pause(pauseMs, undefined, { ref: false });
      }
    }
  }

  function logFailure(error: unknown): void {
    // The code that threw a UserError has logged the reason.
    if (error instanceof UserError) return;
    if (isDatabaseUnavailable(error)) log.warn("Not ready: cannot reach the database", { code: errorCodeOf(error) });
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
