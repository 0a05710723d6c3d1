import { UserError } from "../errors.ts";
import type { ErrorReporter } from "../log/error-reporter.ts";
import type { Log } from "../log/log.ts";
import type { App } from "./app.ts";
import { jsonError, toErrorView, toUserError } from "./error-reply.ts";
import { isStream, writeChunks } from "./stream.ts";

/**
 * Calls an artifact's function one time with params given as a JSON object: the reply goes to stdout, the exit code is 0
 * or 1. What Kubernetes Jobs and operators use.
 */
export async function callOnce(
  { app, log, reporter }: { app: App; log: Log; reporter: ErrorReporter },
  params: string | undefined,
): Promise<void> {
  process.once("SIGTERM", app.drain);
  // A stray rejection as well: nothing else runs here that it could be of.
  process.once("uncaughtException", (cause) => {
    log.error("Uncaught exception", { cause });
    void end().finally(() => process.exit(1));
  });
  try {
    const { status = 200, body } = await app.call(parseParams(params));
    if (isStream(body)) await writeChunks(body, { target: process.stdout });
    else process.stdout.write(body.at(-1) === "\n" || body.length === 0 ? body : `${body}\n`);
    process.exitCode = status < 400 ? 0 : 1;
  } catch (error) {
    const { body } = jsonError(toErrorView(toUserError(error, log), "once"));
    process.stdout.write(`${body}\n`);
    process.exitCode = 1;
  } finally {
    await end();
  }

  async function end(): Promise<void> {
    await Promise.all([app.close(), reporter.flush()]);
    log.flush();
  }
}

function parseParams(params: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(params ?? "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The same complaint as for JSON that is not an object.
  }
  // They may hold a feed's password, so they are not repeated.
  throw new UserError(400, "Cannot read the params after --once: not a JSON object");
}
