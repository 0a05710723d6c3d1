import { after } from "node:test";
import type { SentryEvent } from "../../shared/log/sentry-event.ts";
import { type Handler, startOrigin } from "./origin.ts";

type ClientReport = { timestamp: number; discarded_events: { reason: string; category: string; quantity: number }[] };
type Item = { type: "event"; payload: SentryEvent } | { type: "client_report"; payload: ClientReport };
export type Envelope = { path: string; auth: string | undefined; header: Record<string, string>; items: Item[] };

export type Sentry = {
  dsn: string;
  envelopes: Envelope[];
  events(): SentryEvent[];
  /** All that came, with the requests' headers: what must not hold a secret. */
  text(): string;
  untilEvents(num: number): Promise<SentryEvent[]>;
  numConnections(): number;
  close(): Promise<void>;
};

type Answer = { status?: number; headers?: Record<string, string> };
type SentryOptions = {
  answer?: () => Answer | "nothing";
  /** The path before the project. */
  prefix?: string;
  tls?: { key: string; cert: string };
};

/** Starts an HTTP server on loopback that plays Sentry: it reads envelopes as its protocol says, and answers each by `answer`. */
export async function startSentry(options: SentryOptions = {}): Promise<Sentry> {
  const { answer = (): Answer => ({}), prefix = "", tls } = options;
  const envelopes: Envelope[] = [];
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  const onRequest: Handler = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      texts.push(JSON.stringify(request.rawHeaders), body.toString());
      const auth = request.headers["x-sentry-auth"];
      envelopes.push({ path: `${request.method} ${request.url}`, auth: auth?.toString(), ...readEnvelope(body) });
      for (const wake of waiting) wake();
      const reply = answer();
      if (reply !== "nothing") response.writeHead(reply.status ?? 200, reply.headers).end('{"id":"1"}');
    });
  };
  const origin = await startOrigin(onRequest, tls === undefined ? {} : { tls });
  after(origin.close);
  const events = () =>
    envelopes.flatMap(({ items }) => items.flatMap((item) => (item.type === "event" ? [item.payload] : [])));
  return {
    dsn: `${origin.url.replace("//", "//0123456789abcdef@")}${prefix}/42`,
    envelopes,
    events,
    text: () => texts.join("\n"),
    untilEvents: async (num) => {
      while (events().length < num) {
        await new Promise<void>((wake) => {
          waiting.add(wake);
        });
      }
      return events();
    },
    numConnections: origin.numConnections,
    close: origin.close,
  };
}

/** A header, then items, each with a header that tells its payload's length in bytes. @throws Error where it is none */
function readEnvelope(body: Buffer): Pick<Envelope, "header" | "items"> {
  let at = 0;
  const line = () => {
    const end = body.indexOf("\n", at);
    const text = body.subarray(at, end === -1 ? body.length : end).toString();
    at = end === -1 ? body.length : end + 1;
    return JSON.parse(text);
  };
  const header = line();
  const items: Item[] = [];
  while (at < body.length) {
    const { type, length } = line();
    const payload = JSON.parse(body.subarray(at, at + length).toString());
    at += length;
    if (body[at] !== 0x0a && at < body.length) throw new Error(`An item of ${length} bytes does not end there`);
    at += 1;
    items.push({ type, payload });
  }
  return { header, items };
}
