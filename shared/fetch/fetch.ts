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
  /** http or https. Credentials in it are sent as Basic, to its own origin only. */
  url: string;
  /** Stored validators, sent back byte for byte. */
  etag?: string;
  lastModified?: string;
  /** In place of the one given to createFetch. */
  userAgent?: string;
  accept?: string;
  signal?: AbortSignal;
  /** Of the body, both as sent and decoded; 16 MiB if not given. */
  maxBytes?: number;
  /** Of all of it, redirects and decoding included; 30 s if not given. */
  timeoutMs?: number;
  /** 5 if not given. */
  maxRedirects?: number;
};

export type FetchReply = {
  /** The final one, whatever it is. */
  status: number;
  /** The final URL, without credentials and fragment. */
  url: string;
  /** By lower-cased name, the first of each; Cache-Control and Link are joined, Set-Cookie is left out. */
  headers: Headers;
  /** With Content-Encoding undone; empty unless the status is 2xx. */
  body: Buffer;
  /** Of the body before it was decoded. */
  rawBytes: number;
  contentType: string | undefined;
  /** Verbatim, each byte a character; undefined when absent or over 8 KiB. */
  etag: string | undefined;
  lastModified: string | undefined;
  /** At most 7 days. */
  retryAfterMs: number | undefined;
  /** Cache-Control max-age less Age. */
  cacheMaxAgeMs: number | undefined;
  /**
   * Where the URL has moved to: set when there were redirects, all of them 301 or 308 and none from https to http. Holds
   * the credentials of the URL asked when the origin is the same, so redact it before it is logged.
   */
  permanentUrl: string | undefined;
  redirects: Redirect[];
};

export type FetchOptions = {
  /** CIDRs that may be reached besides global unicast addresses. */
  allow: string[];
  userAgent: string;
  /** Replaced in tests only, as are the phases. */
  resolve?: Resolve;
  phases?: Partial<Phases>;
};

const ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
// Of 198 feeds of all sizes the largest has a third of it.
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
// Ten times what a slow host needs.
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_REDIRECTS = 5;
const PHASES: Phases = { dnsMs: 5000, connectMs: 5000, tlsMs: 5000, headersMs: 10_000 };

/**
 * Makes the GET by which strangers' hosts are asked: of vetted addresses only, within a deadline and a size, following
 * redirects by hand. It keeps no cookies, connections or caches, and reads no environment. Rejects with FetchError.
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
  const conditions = conditionalHeaders(request);
  const requestHeaders = {
    "User-Agent": request.userAgent,
    Accept: request.accept ?? ACCEPT,
    "Accept-Encoding": ACCEPT_ENCODING,
    ...conditions,
  };
  const chain = { url: request.url, headers: requestHeaders, maxBytes, maxRedirects, deadline };
  const { status, url, headers, body, redirects } = await followRedirects(network, chain);
  // RFC 9110 15.4.5: 304 answers a condition; without one there is nothing it could stand for.
  if (status === 304 && Object.keys(conditions).length === 0) {
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
