import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

// Long enough to be unique, short enough for a log line, and without characters that are special in a log format.
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;
// https://www.w3.org/TR/trace-context/#traceparent-header-field-values; all zeroes are invalid
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

export type RequestId = { requestId: string; traceId: string | undefined; isGenerated: boolean };

/** Reads a request's ID from a valid X-Request-Id, or else from a valid traceparent, or else generates 32 hex digits. */
export function readRequestId(headers: IncomingHttpHeaders): RequestId {
  const traceId = TRACEPARENT.exec(first(headers.traceparent) ?? "")?.[1];
  const given = first(headers["x-request-id"]);
  if (given !== undefined && REQUEST_ID.test(given)) return { requestId: given, traceId, isGenerated: false };
  if (traceId !== undefined) return { requestId: traceId, traceId, isGenerated: false };
  return { requestId: randomBytes(16).toString("hex"), traceId, isGenerated: true };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
