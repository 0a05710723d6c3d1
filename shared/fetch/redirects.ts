import { hasLongHost } from "../long-host.ts";
import type { Deadline } from "./deadline.ts";
import { FetchError } from "./errors.ts";
import { hasCredentials } from "./feed-url.ts";
import { type HopReply, type Network, requestOnce } from "./request-once.ts";

/** `url` is the target that the server named, without credentials. */
export type Redirect = { status: number; url: string };

export type Chain = {
  /** As requested, including credentials. */
  url: string;
  /** Sent on every hop. */
  headers: Record<string, string>;
  /** Conditional headers, and the only URL that they are sent to. */
  conditions: { url: string; headers: Record<string, string> };
  form: string | undefined;
  maxBytes: number;
  maxRedirects: number;
  deadline: Deadline;
};

// Longer than browsers and proxies allow.
const MAX_LOCATION_LENGTH = 8 * 1024;

/**
 * Requests a URL and follows redirects until another response. Vets the address of each hop. `isConditional` tells whether
 * the last request had conditional headers. @throws FetchError
 */
export async function followRedirects(network: Network, chain: Chain) {
  const { conditions, form, maxBytes, deadline } = chain;
  const requested = readUrl(chain.url);
  const authorization = basicAuthorization(requested);
  const conditionalUrl = withoutCredentials(readUrl(conditions.url)).href;
  const redirects: Redirect[] = [];
  const seen = new Set<string>();

  for (let url = withoutCredentials(requested); ; ) {
    seen.add(url.href);
    const conditional = url.href === conditionalUrl ? conditions.headers : {};
    const headers = { ...chain.headers, ...conditional, ...(url.origin === requested.origin && authorization) };
    const reply = await requestOnce(network, { url, headers, form, maxBytes, deadline });
    if (!isRedirect(reply, chain)) {
      return { ...reply, url: url.href, redirects, isConditional: Object.keys(conditional).length > 0 };
    }

    const next = readLocation(url, reply.headers.location);
    checkNext(next, { from: url, seen, numRedirects: redirects.length, chain });
    redirects.push({ status: reply.status, url: next.href });
    url = next;
  }
}

/**
 * Returns where a URL has permanently moved, if all redirects are permanent (RFC 9110 15.4.2, 15.4.9) and none leads from
 * https to http.
 */
export function findPermanentUrl(requested: string, redirects: Redirect[]): string | undefined {
  const isPermanent = redirects.every(({ status }) => status === 301 || status === 308);
  let url = new URL(requested);
  const { origin, username, password } = url;
  for (const redirect of redirects) {
    const next = new URL(redirect.url);
    if (isDowngrade(url, next)) return undefined;
    url = next;
  }
  if (!isPermanent || redirects.length === 0) return undefined;

  if (url.origin === origin) Object.assign(url, { username, password });
  return url.href;
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new FetchError("bad-url", { url: text, detail: "not a URL" });
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new FetchError("bad-scheme", { url: text, detail: `"${url.protocol}" is neither http nor https` });
  }
  return url;
}

/** Returns the header for Basic authentication (RFC 7617) in UTF-8, if the URL has credentials. */
function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const credentials = `${decodePercent(username)}:${decodePercent(password)}`;
  return { Authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutCredentials(url: URL): URL {
  return Object.assign(new URL(url), { username: "", password: "", hash: "" });
}

/** A form is repeated only where the host asks for that: after other redirects, clients send a GET instead. */
function isRedirect({ status }: HopReply, { form }: Pick<Chain, "form">): boolean {
  return (form === undefined ? [301, 302, 303, 307, 308] : [307, 308]).includes(status);
}

/** Resolves Location against the URL that sent it (RFC 9110 10.2.2). Drops credentials, which are not the requester's. */
function readLocation(base: URL, location = ""): URL {
  const fail = (detail: string) => new FetchError("bad-redirect", { url: base.href, detail });
  if (location === "") throw fail("Received redirection without `Location` header");
  if (location.length > MAX_LOCATION_LENGTH) throw fail(`the \`Location\` is over ${MAX_LOCATION_LENGTH} bytes`);
  const text = readUtf8(location);
  const next = hasLongHost(text) ? null : URL.parse(text, base.href);
  if (next === null) throw fail("the `Location` is not a URL");
  return withoutCredentials(readUrl(next.href));
}

// Node decodes headers as latin1; a Location with non-ASCII characters is nearly always UTF-8.
function readUtf8(header: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(header, "latin1"));
  } catch {
    return header;
  }
}

type Step = { from: URL; seen: Set<string>; numRedirects: number; chain: Chain };

function checkNext(next: URL, { from, seen, numRedirects, chain }: Step): void {
  const { url, maxRedirects } = chain;
  if (seen.has(next.href)) throw new FetchError("redirect-loop", { url, detail: "Redirected in a loop" });
  if (numRedirects >= maxRedirects) {
    throw new FetchError("redirect-limit", { url, detail: "Hit HTTP redirect limit and not continuing" });
  }
  if (isDowngrade(from, next) && (hasCredentials(url) || chain.form !== undefined)) {
    const secret = chain.form === undefined ? "it has credentials and" : "it is sent a form and";
    throw new FetchError("downgrade", { url, detail: `${secret} redirects from https to http` });
  }
}

function isDowngrade(from: URL, to: URL): boolean {
  return from.protocol === "https:" && to.protocol === "http:";
}
