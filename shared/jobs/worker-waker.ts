import { randomUUID } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type { Context } from "../context.ts";

// A tick answers when it ends, but nobody waits for that, and a tick continues after a disconnect. The time is for its pod
// to start.
const TIMEOUT_MS = 30_000;

/**
 * Asks the work tick to start now, if PODCORE_WORK_URL is set, and does not wait for it. Call it after the commit of a job
 * that someone waits for. If it fails, the next tick runs the job.
 */
export function run({ config, log }: Pick<Context, "config" | "log">): void {
  if (config.workUrl === undefined) return;
  const { request } = config.workUrl.startsWith("https:") ? https : http;
  const outgoing = request(config.workUrl, {
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
  outgoing.on("response", (reply) => reply.resume());
  outgoing.on("timeout", () => outgoing.destroy());
  outgoing.on("error", (cause) => log.warn("Cannot wake the worker", { reason: String(cause) }));
  // Does not keep the process alive.
  outgoing.on("socket", (socket) => socket.unref());
  outgoing.end("{}");
}
