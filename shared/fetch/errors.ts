import { redactUrl } from "./redact.ts";

export type FetchErrorKind =
  | "aborted"
  | "bad-encoding"
  | "bad-redirect"
  | "bad-reply"
  | "bad-scheme"
  | "bad-url"
  | "blocked-address"
  | "blocked-port"
  | "connect"
  | "dns"
  | "downgrade"
  | "redirect-limit"
  | "redirect-loop"
  | "timeout"
  | "tls"
  | "too-large";

/** A fetch that brought no reply. `kind` is for deciding, `message` for logs and records: it never holds credentials. */
export class FetchError extends Error {
  readonly kind: FetchErrorKind;

  constructor(kind: FetchErrorKind, { url, detail, cause }: { url: string; detail: string; cause?: unknown }) {
    super(`Cannot fetch "${redactUrl(url)}": ${detail}`, { cause });
    this.name = "FetchError";
    this.kind = kind;
  }
}
