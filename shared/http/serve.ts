import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { Config } from "../config.ts";
import type { ErrorReporter } from "../log/error-reporter.ts";
import type { Log } from "../log/log.ts";
import type { App } from "./app.ts";
import { installGate } from "./gate.ts";

type ServeOptions = {
  name: string;
  isTick: boolean;
  app: App;
  config: Config;
  log: Log;
  reporter: ErrorReporter;
};

// For the last reply to reach its client.
const DRAIN_GRACE_MS = 5_000;

/**
 * Serves a registered function on the configured port until SIGTERM or SIGINT: then stops accepting, finishes what is
 * in flight, closes the database and exits 0. A second signal ends the process at once.
 */
export async function serve({ name, isTick, app, config, log, reporter }: ServeOptions): Promise<void> {
  const server = getTestServer(name);
  const gate = installGate(server, { app, config, isTick, drainTimeoutMs: app.longestCallMs + DRAIN_GRACE_MS });
  let isEnding = false;

  async function end(reason: string, exitCode: number): Promise<void> {
    if (isEnding) process.exit(exitCode || 1);
    isEnding = true;
    log.info("Draining", { reason });
    app.drain();
    await gate.drain();
    await Promise.all([app.close(), reporter.flush()]);
    log.info("Stopped");
    log.flush();
    process.exit(exitCode);
  }

  process.on("SIGTERM", () => end("SIGTERM", 0));
  process.on("SIGINT", () => end("SIGINT", 0));
  // Whoever started this process over IPC (npm start) and is gone can send no signal any more.
  process.on("disconnect", () => end("parent gone", 0));
  // A stray rejection belongs to one request, and the others go on; after a stray throw nothing can be trusted.
  process.on("unhandledRejection", (cause) => log.error("Unhandled rejection", { cause }));
  process.on("uncaughtException", (cause) => {
    log.error("Uncaught exception", { cause });
    void end("uncaught exception", 1);
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.host, resolve);
  });
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  log.info("Listening", { function: name, host: config.host, port });
  process.send?.({ kind: "listening", port });
}
