import { UserError } from "../errors.ts";
import { currentContext } from "./context.ts";
import type { Log } from "./log.ts";
import type { Fields } from "./record.ts";
import { type EnvelopeItem, sendEnvelope } from "./send-envelope.ts";
import { readDsn } from "./sentry-dsn.ts";
import { createEvent, type SentryEvent } from "./sentry-event.ts";

export type ErrorReporter = {
  /** The given log; it also reports what is logged as an error. */
  log: Log;
  /** Waits up to two seconds for reports that are being sent, then aborts the others. */
  flush(): Promise<void>;
};
type ReporterOptions = {
  /** Undefined: nothing is reported. */
  dsn: string | undefined;
  environment: string;
  /** The artifact's name. */
  name: string;
};

// In one window an error is sent once, and at most this many different errors: the first ones describe an error storm.
const WINDOW_MS = 60_000;
const MAX_PER_WINDOW = 30;
// Bounds the sockets and memory that a server which does not answer can hold.
const MAX_IN_FLIGHT = 10;
const TIMEOUT_MS = 5_000;
const FLUSH_MS = 2_000;
// Sentry's default for a 429 without Retry-After.
const PAUSE_MS = 60_000;
// Context fields that differ between requests even if the error is the same.
const PER_REQUEST = ["request_id", "trace_id"];

/** Why an event was not sent: https://develop.sentry.dev/sdk/telemetry/client-reports/ */
type Reason = "event_processor" | "ratelimit_backoff" | "queue_overflow" | "network_error" | "send_error";

/**
 * Reports what is logged as an error to Sentry, or to a server that speaks its protocol. Reporting never throws, and
 * logging does not wait for it. Skips errors that the user caused (a UserError below 500).
 */
export function createErrorReporter(log: Log, { dsn, environment, name }: ReporterOptions): ErrorReporter {
  if (dsn === undefined) return { log, flush: async () => {} };
  const endpoint = readDsn(dsn);
  const ending = new AbortController();
  const inFlight = new Set<Promise<void>>();
  // When each error was sent, oldest first.
  const sentAtMs = new Map<string, number>();
  const discarded = new Map<Reason, number>();
  let pausedUntilMs = 0;

  function report(message: string, { cause, ...fields }: Fields & { cause?: unknown } = {}): void {
    if (cause instanceof UserError && cause.status < 500) return;
    const event = createEvent({ message, fields, cause, context: currentContext(), name, environment });
    const reason = reasonToDiscard(event);
    if (reason !== undefined) discard(reason);
    else track(send(event));
  }

  function track(sending: Promise<void>): void {
    inFlight.add(sending);
    void sending.finally(() => inFlight.delete(sending));
  }

  function reasonToDiscard(event: SentryEvent): Reason | undefined {
    const nowMs = performance.now();
    for (const [key, atMs] of sentAtMs) {
      if (nowMs - atMs < WINDOW_MS) break;
      sentAtMs.delete(key);
    }
    const key = keyOf(event);
    if (sentAtMs.has(key)) return "event_processor";
    if (sentAtMs.size >= MAX_PER_WINDOW || nowMs < pausedUntilMs) return "ratelimit_backoff";
    if (inFlight.size >= MAX_IN_FLIGHT) return "queue_overflow";
    sentAtMs.set(key, nowMs);
    return undefined;
  }

  async function send(event: SentryEvent): Promise<void> {
    const items: EnvelopeItem[] = [{ type: "event", payload: event }, ...takeDiscarded()];
    // Lets the request's reply go out first, because loading TLS takes longer than sending it.
    await new Promise(setImmediate);
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const { statusCode = 0, headers } = await sendEnvelope({ endpoint, eventId: event.event_id, items, signal });
      if (statusCode === 429) {
        discard("ratelimit_backoff");
        pausedUntilMs = performance.now() + (Number(headers["retry-after"]) * 1_000 || PAUSE_MS);
      } else if (statusCode >= 300) fail("send_error", `status ${statusCode}`);
    } catch (error) {
      fail("network_error", String(error));
    }
  }

  function fail(reason: Reason, detail: string): void {
    discard(reason);
    log.warn("Cannot report an error", { reason: detail });
  }

  function discard(reason: Reason): void {
    discarded.set(reason, (discarded.get(reason) ?? 0) + 1);
  }

  /** Logs how many errors were not sent, resets the counts, and returns them as an item for the server. */
  function takeDiscarded(): EnvelopeItem[] {
    if (discarded.size === 0) return [];
    const events = [...discarded].map(([reason, quantity]) => ({ reason, category: "error", quantity }));
    const numRepeated = discarded.get("event_processor") ?? 0;
    const numDropped = events.reduce((sum, { quantity }) => sum + quantity, -numRepeated);
    log.warn("Errors were not reported", { num_repeated: numRepeated, num_dropped: numDropped });
    discarded.clear();
    return [{ type: "client_report", payload: { timestamp: Date.now() / 1_000, discarded_events: events } }];
  }

  async function flush(): Promise<void> {
    const timer = setTimeout(() => ending.abort(), FLUSH_MS);
    await Promise.all(inFlight);
    clearTimeout(timer);
    takeDiscarded();
  }

  return {
    log: {
      ...log,
      error(message, fields) {
        log.error(message, fields);
        report(message, fields);
      },
    },
    flush,
  };
}

/**
 * Returns a key that is equal for equal errors. An exception is the key if there is one, because the same exception may
 * be logged with other words and fields by many requests.
 */
function keyOf({ message, tags, extra, exception }: SentryEvent): string {
  if (exception !== undefined) return JSON.stringify(exception);
  const lasting = Object.entries(tags).filter(([tag]) => !PER_REQUEST.includes(tag));
  return JSON.stringify([message, lasting, extra]);
}
