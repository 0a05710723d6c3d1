import type { IncomingMessage } from "node:http";
import type { Config } from "../config.ts";
import type { App, AppReply } from "./app.ts";
import { securityHeaders } from "./security-headers.ts";

/**
 * Answers `/health` (the process runs) and `/ready` (it takes requests) from local state alone, whatever the Host. Probes
 * may come every 50 ms: nothing is asked, nothing logged, no id given.
 * @returns undefined for any other request
 */
export function probeReply(
  { method = "", url = "" }: Pick<IncomingMessage, "method" | "url">,
  { app, config }: { app: App; config: Config },
): AppReply | undefined {
  const [, probe] = /^\/(health|ready)(?:\?|$)/.exec(url) ?? [];
  if (probe === undefined || !["GET", "HEAD"].includes(method)) return undefined;
  if (probe === "health") return { status: 200, headers: securityHeaders(config), body: "" };
  const readiness = app.readiness();
  return {
    status: readiness.status === "ready" ? 200 : 503,
    headers: {
      ...securityHeaders(config),
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    },
    body: JSON.stringify(readiness),
  };
}
