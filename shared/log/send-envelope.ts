import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import type { SentryEndpoint } from "./sentry-dsn.ts";

export type EnvelopeItem = { type: "event" | "client_report"; payload: object };
type Envelope = { endpoint: SentryEndpoint; eventId: string; items: readonly EnvelopeItem[]; signal: AbortSignal };

/**
 * Posts one envelope (https://develop.sentry.dev/sdk/foundations/transport/envelopes/). @returns the reply's head, whose
 * body is not read
 */
export function sendEnvelope({ endpoint, eventId, items, signal }: Envelope): Promise<IncomingMessage> {
  const body = Buffer.from(
    [{ event_id: eventId, sent_at: new Date().toISOString() }, ...items.flatMap(toLines)]
      .map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)
      .join(""),
  );
  const { url, headers } = endpoint;
  return new Promise((resolve, reject) => {
    // node:https brings TLS, whose first use takes a while: not loaded before it is needed.
    const send = url.protocol === "https:" ? requestTls : request;
    const outgoing = send(url, {
      method: "POST",
      // A connection of its own: reports are rare, and none is to outlive its reply.
      agent: false,
      headers: { ...headers, "content-length": body.length },
      signal,
    });
    outgoing.once("response", (reply) => {
      reply.on("error", () => {}).resume();
      resolve(reply);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function toLines({ type, payload }: EnvelopeItem): (object | string)[] {
  const text = JSON.stringify(payload);
  return [{ type, length: Buffer.byteLength(text) }, text];
}
