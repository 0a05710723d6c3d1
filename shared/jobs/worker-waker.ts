import { randomUUID } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type { Context } from "../context.ts";

// A tick answers at its end. Nobody waits for that, and it goes on when it is hung up on; before that, its pod may have
// to start.
const TIMEOUT_MS = 30_000;

/**
 * Asks the work tick to start now, where the settings say how, and does not wait for it. Called after a job is committed
 * that somebody waits for; where it fails the next tick does the job.
 *
 * Only web and api functions may call it: network policies let no other pod reach the work tick, so that the request of an
 * operator's function would time out. Such a function enqueues its job and leaves it to the next tick.
 */
export function run({ config, log }: Pick<Context, "config" | "log">): void {
  if (config.workUrl === undefined) return;
  const { request } = config.workUrl.startsWith("https:") ? https : http;
  const asked = request(config.workUrl, {
    method: "POST",
    timeout: TIMEOUT_MS,
    headers: {
      "ce-id": randomUUID(),
      "ce-source": "/podcore/worker-waker",
      "ce-specversion": "1.0",
      "ce-type": "dev.podcore.job.enqueued",
      "content-type": "application/json",
      ...(config.wakeToken === undefined ? {} : { authorization: `Bearer ${config.wakeToken}` }),
    },
  });
  asked.on("response", (reply) => reply.resume());
  asked.on("timeout", () => asked.destroy());
  asked.on("error", (cause) => log.warn("Cannot wake the worker", { reason: String(cause) }));
  // Not a reason for the process to stay.
  asked.on("socket", (socket) => socket.unref());
  asked.end("{}");
}
