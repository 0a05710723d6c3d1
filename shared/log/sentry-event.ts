import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { VERSION } from "../version.gen.ts";
import { type ErrorLink, listLinks } from "./error-text.ts";
import { jsonValue } from "./format.ts";
import type { Fields, Pair } from "./record.ts";
import { redactFields, redactText } from "./redact.ts";

/** An error as https://develop.sentry.dev/sdk/foundations/transport/event-payloads/ wants it. No secret is in it. */
export type SentryEvent = {
  event_id: string;
  /** Seconds since 1970. */
  timestamp: number;
  platform: "node";
  level: "error";
  logger: "podcore";
  release: string;
  environment: string;
  server_name: string;
  sdk: { name: "podcore"; version: string };
  message: string;
  /** The function, which stands beside the error's title. */
  transaction: string;
  tags: Record<string, string>;
  extra: Record<string, unknown>;
  /** The oldest cause first. */
  exception?: { values: SentryException[] };
};
type SentryException = { type: string; value: string; stacktrace?: { frames: SentryFrame[] } };
type SentryFrame = { function: string; filename: string; lineno: number; colno: number; in_app: boolean };

// What Sentry keeps of a tag.
const MAX_TAG_CHARS = 200;
// `at name (file:1:2)`, `at async name (file:1:2)`, `at file:1:2`. What has no place in a file is left out.
const FRAME = /^at (?:(?:async )?(.*?) \()?(.+?):(\d+):(\d+)\)?$/;

export type EventSource = {
  message: string;
  fields: Fields;
  /** What was caught; undefined where nothing was. */
  cause: unknown;
  context: readonly Pair[];
  /** The artifact's name, where the context does not know the function's. */
  name: string;
  environment: string;
};

export function createEvent({ message, fields, cause, context, name, environment }: EventSource): SentryEvent {
  const { function: fn = name, ...tags } = Object.fromEntries(
    context.map(([tag, value]) => [tag, String(value).slice(0, MAX_TAG_CHARS)]),
  );
  return {
    event_id: randomUUID().replaceAll("-", ""),
    timestamp: Date.now() / 1_000,
    platform: "node",
    level: "error",
    logger: "podcore",
    release: `podcore@${VERSION}`,
    environment,
    // On Knative the pod's, which begins with the function's and its revision's.
    server_name: hostname(),
    sdk: { name: "podcore", version: VERSION },
    message: redactText(message),
    transaction: fn,
    // Sentry drops a tag that is called `function`.
    tags: { function_name: fn, ...tags },
    extra: Object.fromEntries(redactFields(fields).map(([field, value]) => [field, jsonValue(value)])),
    ...(cause === undefined ? {} : { exception: { values: listLinks(cause).reverse().map(toException) } }),
  };
}

function toException({ name = "Thrown", message, frames }: ErrorLink): SentryException {
  // The oldest call first, too.
  const parsed = frames.flatMap(toFrame).reverse();
  return { type: name, value: message, ...(parsed.length === 0 ? {} : { stacktrace: { frames: parsed } }) };
}

function toFrame(line: string): SentryFrame[] {
  const [, name = "<anonymous>", file, lineno, colno] = FRAME.exec(line) ?? [];
  if (file === undefined) return [];
  const filename = file.replace(/^file:\/\//, "");
  const isOurs = !/^node:|node_modules/.test(filename);
  return [{ function: name, filename, lineno: Number(lineno), colno: Number(colno), in_app: isOurs }];
}
