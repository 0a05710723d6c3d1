import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import type { Caller } from "../http/caller.ts";

/** How long a browser stays logged in. Chromium keeps no cookie for more than 400 days. */
export const LOGIN_DAYS = 365;
const LOGIN_SECONDS = LOGIN_DAYS * 86_400;

type Site = Pick<Config, "publicUrl">;
type Asking = { config: Site; caller: Pick<Caller, "isPlainHttp"> };

/** The secret of the login that a browser sent; undefined where it sent none. */
export function readSessionCookie(headers: IncomingHttpHeaders, site: Site): string | undefined {
  const name = cookieName(isHttps(site) && !isPlainHttp(headers, site));
  for (const pair of (headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** The value of Set-Cookie that logs a browser in. */
export function sessionCookie(secret: string, asking: Asking): string {
  return cookie(secret, { asking, maxAgeSeconds: LOGIN_SECONDS });
}

/** The value of Set-Cookie that makes a browser forget its login. */
export function endedSessionCookie(asking: Asking): string {
  return cookie("", { asking, maxAgeSeconds: 0 });
}

/**
 * True if a browser reaches an https site over http, by another name than the public URL's, such as `podbox.lan`: it would
 * refuse a cookie that is Secure. By the public name cookies stay Secure, whatever a proxy says.
 */
export function isPlainHttp(headers: IncomingHttpHeaders, { publicUrl }: Site): boolean {
  return headers["x-forwarded-proto"] === "http" && headers.host?.toLowerCase() !== new URL(publicUrl).host;
}

function cookie(value: string, { asking, maxAgeSeconds }: { asking: Asking; maxAgeSeconds: number }): string {
  const isSecure = isHttps(asking.config) && !asking.caller.isPlainHttp;
  const secure = isSecure ? "; Secure" : "";
  return `${cookieName(isSecure)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The prefix makes browsers refuse the cookie from any other host and over http (RFC 6265bis 4.1.3.2). */
function cookieName(isSecure: boolean): string {
  return isSecure ? "__Host-podcore" : "podcore";
}

function isHttps({ publicUrl }: Site): boolean {
  return publicUrl.startsWith("https:");
}
