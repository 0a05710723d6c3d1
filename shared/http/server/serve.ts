import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { Config } from "../../config.ts";
import type { ErrorReporter } from "../../log/error-reporter.ts";
import { elapsed, type Log } from "../../log/log.ts";
import type { App } from "../app.ts";
import { installGate } from "./gate.ts";

type ServeOptions = {
  name: string;
  app: App;
  config: Config;
  log: Log;
  reporter: ErrorReporter;
};

// For the last reply to reach its client.
const DRAIN_GRACE_MS = 5_000;
// Also where the grace period is 0: what was on the wire when the signal came arrives within a network's round trip.
const SHORTEST_GRACE_MS = 100;

/**
 * Serves a registered function on the configured port until SIGTERM. Then it is not ready, and goes on serving for the
 * grace period, in which the router learns to send requests elsewhere. After that it stops accepting, finishes what is
 * in flight, closes the database and exits 0. SIGINT, which people send, skips the grace period. A second signal ends the
 * process at once.
 */
export async function serve({ name, app, config, log, reporter }: ServeOptions): Promise<void> {
  const server = getTestServer(name);
  const gate = installGate(server, { app, config, drainTimeoutMs: app.longestCallMs + DRAIN_GRACE_MS });
  const cutGrace = new AbortController();
  let phase: "serving" | "grace" | "draining" = "serving";
  let exitCode = 0;

  async function end(reason: string, { graceMs }: { graceMs: number }): Promise<void> {
    if (phase !== "serving") process.exit(exitCode || 1);
    phase = "grace";
    log.info("Draining", { reason, grace: elapsed(graceMs) });
    app.drain();
    gate.announceClose();
    // Rejects only where the grace is cut short.
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
  // Whoever started this process over IPC (npm start) and is gone can send no signal any more.
  process.on("disconnect", () => end("parent gone", { graceMs: 0 }));
  // A stray rejection belongs to one request, and the others go on; after a stray throw nothing can be trusted.
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
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  log.info("Listening", { function: name, host: config.host, port });
  app.start();
  process.send?.({ kind: "listening", port });
}
