import { isDatabaseUnavailable } from "../db/failure.ts";
import { UserError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { Reply } from "./function.ts";

export type ErrorView = { status: number; title: string; message: string; requestId: string };

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  413: "Content too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Cannot be processed",
  429: "Too many requests",
  500: "Internal server error",
  502: "Bad gateway",
  503: "Service unavailable",
};

/**
 * Turns any thrown value into a UserError and logs it unless the user caused it. Errors other than UserError get a generic
 * message that reveals nothing.
 */
export function toUserError(error: unknown, log: Log): UserError {
  if (error instanceof UserError) {
    if (error.status >= 500) log.error(error.message, { cause: error.cause });
    return error;
  }
  if (isDatabaseUnavailable(error)) {
    log.error("Cannot reach the database", { cause: error });
    return new UserError(503, "Service unavailable: please try again in a moment");
  }
  log.error("Request failed", { cause: error });
  return new UserError(500, "Internal server error");
}

export function toErrorView(error: UserError, requestId: string): ErrorView {
  return { status: error.status, title: TITLES[error.status] ?? "Error", message: error.message, requestId };
}

/** Makes an error reply in the API's format. */
export function jsonError({ status, message, requestId }: ErrorView): Reply {
  return {
    status,
    // Caches may keep a 404 by default, but another visitor may be allowed to see the resource.
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    body: JSON.stringify({ errors: [{ message, extensions: { requestId } }] }),
  };
}

/** Returns true if an Accept header prefers HTML to JSON; undefined if it accepts neither or both equally. */
export function prefersHtml(accept: string | undefined): boolean | undefined {
  const quality = (type: RegExp) => {
    const range = (accept ?? "").split(",").find((part) => type.test(part));
    return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1);
  };
  const html = quality(/^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i);
  const json = quality(/^\s*application\/(json|[\w.-]+\+json)\s*(;|$)/i);
  return html === json ? undefined : html > json;
}
