import { createVet } from "./address.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { ACCEPT_ENCODING, decodeBody } from "./decode.ts";
import { FetchError } from "./errors.ts";
import { conditionalHeaders, type Headers, readCacheMaxAgeMs, readRetryAfterMs, readValidator } from "./headers.ts";
import { findPermanentUrl, followRedirects, type Redirect } from "./redirects.ts";
import type { Network, Phases } from "./request-once.ts";
import { askNameServers, type Resolve } from "./resolve-host.ts";

export type Fetch = (request: FetchRequest) => Promise<FetchReply>;

type FetchRequest = {
  /** http or https. Credentials in it are sent as Basic authentication, and only to its own origin. */
  url: string;
  /** Stored validators, sent byte for byte. */
  etag?: string;
  lastModified?: string;
  /** The URL that sent the validators, after redirects; by default `url`. They are sent to no other URL (RFC 9110 8.8). */
  validatorsUrl?: string;
  /** Overrides the one given to createFetch. */
  userAgent?: string;
  accept?: string;
  signal?: AbortSignal;
  /** Limit for the body, both encoded and decoded. 16 MiB by default. */
  maxBytes?: number;
  /** Total timeout, including redirects and decoding. 30 s by default. */
  timeoutMs?: number;
  /** 5 by default. */
  maxRedirects?: number;
  /** Posts this form instead of sending a GET. Only 307 and 308 are then followed, which repeat it (RFC 9110 15.4.8). */
  form?: URLSearchParams;
};

export type FetchReply = {
  /** The status after redirects; errors such as 404 included. */
  status: number;
  /** The URL after redirects, without credentials and fragment. */
  url: string;
  /** By lower-case name. The first line of each counts, but lists such as Link are joined. Without Set-Cookie. */
  headers: Headers;
  /** Decoded; empty unless the status is 2xx. */
  body: Buffer;
  /** Size of the body before decoding. */
  rawBytes: number;
  contentType: string | undefined;
  /** Verbatim, one character per byte; undefined if absent or over 8 KiB. */
  etag: string | undefined;
  lastModified: string | undefined;
  /** At most 7 days. */
  retryAfterMs: number | undefined;
  /** Cache-Control max-age or Expires, minus Age. */
  cacheMaxAgeMs: number | undefined;
  /**
   * Where the URL has permanently moved. Set if there were redirects, all were 301 or 308, and none led from https to
   * http. Contains the requested URL's credentials if the origin is the same, so redact it before logging.
   */
  permanentUrl: string | undefined;
  redirects: Redirect[];
};

export type FetchOptions = {
  /** CIDRs of networks that may be reached besides global unicast addresses. */
  allow: string[];
  userAgent: string;
  /** Replaced only in tests, like the phases. */
  resolve?: Resolve;
  phases?: Partial<Phases>;
};

const ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
// Three times the largest of 198 feeds of all sizes.
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
// Ten times what a slow host needs.
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_REDIRECTS = 5;
const PHASES: Phases = { dnsMs: 5000, connectMs: 5000, tlsMs: 5000, headersMs: 10_000 };

/**
 * Makes the function for requests to untrusted hosts. It connects only to vetted addresses, limits time and size, and
 * follows redirects itself. It keeps no cookies, connections or caches, and reads no environment variables. Its promise
 * rejects with FetchError.
 */
export function createFetch(options: FetchOptions): Fetch {
  const network: Network = {
    vet: createVet(options.allow),
    resolve: options.resolve ?? askNameServers,
    phases: { ...PHASES, ...options.phases },
  };

  return async (request) => {
    const { url, signal, timeoutMs = DEFAULT_TIMEOUT_MS, userAgent = options.userAgent } = request;
    const deadline = startDeadline({ url, ms: timeoutMs, signal });
    try {
      return await run(network, { request: { ...request, userAgent }, deadline });
    } finally {
      deadline.end();
    }
  };
}

type Params = { request: FetchRequest & { userAgent: string }; deadline: Deadline };

async function run(network: Network, { request, deadline }: Params): Promise<FetchReply> {
  const { maxBytes = DEFAULT_MAX_BYTES, maxRedirects = DEFAULT_MAX_REDIRECTS } = request;
  const requestHeaders = {
    "User-Agent": request.userAgent,
    Accept: request.accept ?? ACCEPT,
    "Accept-Encoding": ACCEPT_ENCODING,
  };
  const conditions = { url: request.validatorsUrl ?? request.url, headers: conditionalHeaders(request) };
  const form = request.form?.toString();
  const chain = { url: request.url, headers: requestHeaders, conditions, form, maxBytes, maxRedirects, deadline };
  const { status, url, headers, body, redirects, isConditional } = await followRedirects(network, chain);
  // RFC 9110 15.4.5: 304 is only valid for a conditional request.
  if (status === 304 && !isConditional) {
    throw new FetchError("bad-reply", { url, detail: "the host answered 304 to a request without validators" });
  }

  const encoding = headers["content-encoding"];
  return {
    status,
    url,
    headers,
    body: await decodeBody(body, { url, encoding, maxBytes, signal: deadline.signal }),
    rawBytes: body.length,
    contentType: headers["content-type"],
    etag: readValidator(headers.etag),
    lastModified: readValidator(headers["last-modified"]),
    retryAfterMs: readRetryAfterMs(headers),
    cacheMaxAgeMs: readCacheMaxAgeMs(headers),
    permanentUrl: findPermanentUrl(request.url, redirects),
    redirects,
  };
}
