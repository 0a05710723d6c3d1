import { withDeadline } from "../../deadline.ts";
import { UserError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import type { ErrorReporter } from "../../log/error-reporter.ts";
import type { Log } from "../../log/log.ts";
import type { App } from "../app.ts";
import { jsonError, toErrorView, toUserError } from "../error-reply.ts";
import { isStream, writeChunks } from "../stream.ts";

type Once = { app: App; log: Log; reporter: ErrorReporter };

// Time for a call past its deadline to release its leases.
const GIVE_UP_MS = 5_000;
// Time to close the database and send error reports, which have shorter deadlines of their own.
const END_MS = 10_000;

/**
 * Calls an artifact's function once with params, a JSON object. Writes the reply to stdout; the exit code is 0 or 1. For
 * Kubernetes Jobs and operators. The process ends soon after the function's deadline, even if something hangs.
 */
export async function callOnce({ app, log, reporter }: Once, params: string | undefined): Promise<void> {
  process.once("SIGTERM", app.drain);
  // Also handles unhandled rejections, which can only come from this call.
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
    // Unreferenced, so that it does not delay a process that would end earlier.
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
    // Reported like JSON that is not an object.
  }
  // The message does not repeat the params, because they may contain a feed's password.
  throw new UserError(400, "Cannot read the params after --once: not a JSON object");
}
