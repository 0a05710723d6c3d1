import { withDeadline } from "../../deadline.ts";
import { UserError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import type { ErrorReporter } from "../../log/error-reporter.ts";
import type { Log } from "../../log/log.ts";
import type { App } from "../app.ts";
import { jsonError, toErrorView, toUserError } from "../error-reply.ts";
import { isStream, writeChunks } from "../stream.ts";

type Once = { app: App; log: Log; reporter: ErrorReporter };

// For a call whose time is up to give back what it holds.
const GIVE_UP_MS = 5_000;
// To close the database and send reports, which have their own shorter deadlines, and then for what else keeps the process.
const END_MS = 10_000;

/**
 * Calls an artifact's function one time with params given as a JSON object: the reply goes to stdout, the exit code is 0
 * or 1. What Kubernetes Jobs and operators use. The process ends soon after its function's time is up, whatever hangs.
 */
export async function callOnce({ app, log, reporter }: Once, params: string | undefined): Promise<void> {
  process.once("SIGTERM", app.drain);
  // A stray rejection as well: nothing else runs here that it could be of.
  process.once("uncaughtException", (cause) => {
    log.error("Uncaught exception", { cause });
    void end().finally(() => process.exit(1));
  });
  try {
    const timeoutMs = app.onceTimeoutMs;
    const late = () => new UserError(503, `Service unavailable: not finished within ${timeoutMs} ms`);
    const status = await withDeadline({ timeoutMs, late, graceMs: GIVE_UP_MS }, async (signal) =>
      callAndWrite(app, { params: parseParams(params), signal }),
    );
    process.exitCode = status < 400 ? 0 : 1;
  } catch (error) {
    const { body } = jsonError(toErrorView(toUserError(error, log), "once"));
    process.stdout.write(`${body}\n`);
    process.exitCode = 1;
  } finally {
    await end();
  }

  async function end(): Promise<void> {
    // It keeps nothing waiting that would end by itself.
    setTimeout(() => process.exit(process.exitCode ?? 1), END_MS).unref();
    await Promise.all([app.close(), reporter.flush()]);
    log.flush();
  }
}

type Call = { params: Record<string, unknown>; signal: AbortSignal };
/** @returns the reply's status */
async function callAndWrite(app: App, { params, signal }: Call): Promise<number> {
  const { status = 200, body } = await app.call(params, { signal });
  if (isStream(body)) await writeChunks(body, { target: process.stdout });
  else process.stdout.write(body.at(-1) === "\n" || body.length === 0 ? body : `${body}\n`);
  return status;
}

function parseParams(params: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(params ?? "{}");
    if (isJsonObject(value)) return value;
  } catch {
    // The same complaint as for JSON that is not an object.
  }
  // They may hold a feed's password, so they are not repeated.
  throw new UserError(400, "Cannot read the params after --once: not a JSON object");
}
