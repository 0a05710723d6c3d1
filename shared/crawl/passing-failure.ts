import { FetchError, type FetchErrorKind } from "../fetch/errors.ts";
import { RetrievalError } from "./feed-retriever.ts";

/** The host's turn is too far away, or the host pauses. Nothing was requested. */
export class HostBusyError extends RetrievalError {
  constructor(host: string) {
    super(`Host "${host}" is busy or pauses`);
    this.name = "HostBusyError";
  }
}

const PASSING_KINDS: ReadonlySet<FetchErrorKind> = new Set(["dns", "connect", "tls", "timeout", "bad-reply"]);

/** True if the same request may succeed later: the network or the host failed, not the request or the content. */
export function isPassing(error: RetrievalError): boolean {
  const { cause, status } = error;
  if (error instanceof HostBusyError) return true;
  if (cause instanceof FetchError) return PASSING_KINDS.has(cause.kind);
  return status === 408 || status === 429 || (status !== undefined && status >= 500);
}
