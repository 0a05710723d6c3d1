import { withContext } from "./context.ts";
import { describeError } from "./error-text.ts";
import type { Log } from "./log.ts";

/**
 * Runs one step of a request in the context `step: name`. Logs a line before it and one after it with its duration.
 * Logs an error's message and throws it again; its catcher logs the cause.
 */
export async function step<T>(log: Log, name: string, fn: () => Promise<T> | T): Promise<T> {
  return withContext({ step: name }, async () => {
    const startedAtMs = performance.now();
    log.info("Start");
    try {
      const result = await fn();
      log.info("Finish", { elapsed: elapsed(performance.now() - startedAtMs) });
      return result;
    } catch (error) {
      log.info("Failed", { elapsed: elapsed(performance.now() - startedAtMs), error: describeError(error).message });
      throw error;
    }
  });
}

/** Formats a duration with three decimals in the largest unit that fits: `9.808µs`, `2.597ms`, `1.204s`. */
export function elapsed(ms: number): string {
  const ns = Math.round(ms * 1e6);
  if (ns < 1e6) return `${(ns / 1e3).toFixed(3)}µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(3)}ms`;
  return `${(ns / 1e9).toFixed(3)}s`;
}
