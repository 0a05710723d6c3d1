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

/** A fetch that got no usable response. Code checks `kind`. `message` is for logs and records, and never has credentials. */
export class FetchError extends Error {
  readonly kind: FetchErrorKind;

  constructor(kind: FetchErrorKind, { url, detail, cause }: { url: string; detail: string; cause?: unknown }) {
    super(`Cannot fetch "${redactUrl(url)}": ${detail}`, { cause });
    this.name = "FetchError";
    this.kind = kind;
  }
}
