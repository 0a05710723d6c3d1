import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import type { SentryEndpoint } from "./sentry-dsn.ts";

export type EnvelopeItem = { type: "event" | "client_report"; payload: object };
type Envelope = { endpoint: SentryEndpoint; eventId: string; items: readonly EnvelopeItem[]; signal: AbortSignal };

/**
 * Posts one envelope (https://develop.sentry.dev/sdk/foundations/transport/envelopes/).
 *
 * @returns the response's head; its body is discarded
 */
export function sendEnvelope({ endpoint, eventId, items, signal }: Envelope): Promise<IncomingMessage> {
  const body = Buffer.from(
    [{ event_id: eventId, sent_at: new Date().toISOString() }, ...items.flatMap(toLines)]
      .map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)
      .join(""),
  );
  const { url, headers } = endpoint;
  return new Promise((resolve, reject) => {
    // The getter of node:https loads TLS, which is slow, so it is called only for https.
    const send = url.protocol === "https:" ? requestTls : request;
    const outgoing = send(url, {
      method: "POST",
      // A separate connection each: reports are rare, and no connection should outlive its response.
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
