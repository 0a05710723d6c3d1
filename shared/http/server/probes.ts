import type { IncomingMessage } from "node:http";
import type { Config } from "../../config.ts";
import { RETRY_AFTER_SECONDS } from "../../errors.ts";
import type { App, AppReply } from "../app.ts";
import { securityHeaders } from "../security-headers.ts";

/**
 * Answers `/health` (the process runs) and `/ready` (it takes requests) for any Host. Probes may arrive every 50 ms, so this
 * uses only local state, logs nothing and generates no request ID.
 *
 * @returns undefined for other requests
 */
export function probeReply(
  { method = "", url = "" }: Pick<IncomingMessage, "method" | "url">,
  { app, config }: { app: App; config: Config },
): AppReply | undefined {
  const [, probe] = /^\/(health|ready)(?:\?|$)/.exec(url) ?? [];
  if (probe === undefined || !["GET", "HEAD"].includes(method)) return undefined;
  if (probe === "health") return { status: 200, headers: securityHeaders(config), body: "" };
  const readiness = app.readiness();
  const isReady = readiness.status === "ready";
  return {
    status: isReady ? 200 : 503,
    headers: {
      ...(!isReady && { "retry-after": RETRY_AFTER_SECONDS }),
      ...securityHeaders(config),
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    },
    body: JSON.stringify(readiness),
  };
}
