import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../../config.ts";
import type { ErrorReporter } from "../../log/error-reporter.ts";
import { elapsed, type Log } from "../../log/log.ts";
import type { App } from "../app.ts";
import { createGate, type Handler } from "./gate.ts";

type ServeOptions = {
  name: string;
  handle: Handler;
  app: App;
  config: Config;
  log: Log;
  reporter: ErrorReporter;
};

// Time for the last reply to reach its client.
const DRAIN_GRACE_MS = 5_000;
// Applies even if the grace period is 0: requests already on the wire arrive within a network round trip.
const SHORTEST_GRACE_MS = 100;

/**
 * Serves a function on the configured port until SIGTERM. Then it reports not ready but keeps serving for the
 * grace period, in which routers learn to send requests elsewhere. After that it stops accepting connections, finishes
 * requests in flight, closes the database and exits with 0. SIGINT, for Ctrl-C, skips the grace period. A second signal ends
 * the process immediately.
 */
export async function serve({ name, handle, app, config, log, reporter }: ServeOptions): Promise<void> {
  const gate = createGate({ handle, app, config, drainTimeoutMs: app.longestCallMs + DRAIN_GRACE_MS });
  const { server } = gate;
  const cutGrace = new AbortController();
  let phase: "serving" | "grace" | "draining" = "serving";
  let exitCode = 0;

  async function end(reason: string, { graceMs }: { graceMs: number }): Promise<void> {
    if (phase !== "serving") process.exit(exitCode || 1);
    phase = "grace";
    log.info("Draining", { reason, grace: elapsed(graceMs) });
    app.drain();
    gate.announceClose();
    // Rejects only if the grace period is cut short.
    if (graceMs > 0) await pause(graceMs, undefined, { signal: cutGrace.signal }).catch(() => {});
    phase = "draining";
    await gate.drain();
    await Promise.all([app.close(), reporter.flush()]);
    log.info("Stopped");
    log.flush();
    process.exit(exitCode);
  }

  process.on("SIGTERM", () => end("SIGTERM", { graceMs: Math.max(config.shutdownGraceMs, SHORTEST_GRACE_MS) }));
  process.on("SIGINT", () => end("SIGINT", { graceMs: 0 }));
  // If the parent process that started this one with IPC (npm start) is gone, it can no longer send a signal.
  process.on("disconnect", () => end("parent gone", { graceMs: 0 }));
  // An unhandled rejection affects one request, and the others continue. After an uncaught exception no state is reliable.
  process.on("unhandledRejection", (cause) => log.error("Unhandled rejection", { cause }));
  process.on("uncaughtException", (cause) => {
    log.error("Uncaught exception", { cause });
    exitCode = 1;
    if (phase === "grace") cutGrace.abort();
    else void end("uncaught exception", { graceMs: 0 });
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.host, resolve);
  });
  // A server listening on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  log.info("Listening", { function: name, host: config.host, port });
  app.start();
  process.send?.({ kind: "listening", port });
}
