import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { VERSION } from "../version.gen.ts";
import { type ErrorLink, listLinks } from "./error-text.ts";
import { jsonValue } from "./format.ts";
import type { Fields, Pair } from "./record.ts";
import { redactFields, redactText } from "./redact.ts";

/** An error in the format of https://develop.sentry.dev/sdk/foundations/transport/event-payloads/, without secrets. */
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
  /** The function's name. Sentry shows it next to the error's title. */
  transaction: string;
  tags: Record<string, string>;
  extra: Record<string, unknown>;
  /** Oldest cause first. */
  exception?: { values: SentryException[] };
};
type SentryException = { type: string; value: string; stacktrace?: { frames: SentryFrame[] } };
type SentryFrame = { function: string; filename: string; lineno: number; colno: number; in_app: boolean };

// Sentry truncates longer tags.
const MAX_TAG_CHARS = 200;
// `at name (file:1:2)`, `at async name (file:1:2)`, `at file:1:2`. Frames without a position in a file are left out.
const FRAME = /^at (?:(?:async )?(.*?) \()?(.+?):(\d+):(\d+)\)?$/;

export type EventSource = {
  message: string;
  fields: Fields;
  /** The caught value; undefined if there is none. */
  cause: unknown;
  context: readonly Pair[];
  /** The artifact's name, used if the context does not name a function. */
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
    // On Knative the pod's name, which begins with the names of the function and its revision.
    server_name: hostname(),
    sdk: { name: "podcore", version: VERSION },
    message: redactText(message),
    transaction: fn,
    // Sentry drops a tag named `function`.
    tags: { function_name: fn, ...tags },
    extra: Object.fromEntries(redactFields(fields).map(([field, value]) => [field, jsonValue(value)])),
    ...(cause === undefined ? {} : { exception: { values: listLinks(cause).reverse().map(toException) } }),
  };
}

function toException({ name = "Thrown", message, frames }: ErrorLink): SentryException {
  // Sentry expects the outermost call first.
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
