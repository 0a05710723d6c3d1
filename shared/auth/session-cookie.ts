import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";

/** How long a browser stays logged in. Chromium keeps no cookie for more than 400 days. */
export const LOGIN_DAYS = 365;
const LOGIN_SECONDS = LOGIN_DAYS * 86_400;

type Site = Pick<Config, "publicUrl">;

/** The secret of the login that a browser sent; undefined where it sent none. */
export function readSessionCookie(headers: IncomingHttpHeaders, site: Site): string | undefined {
  const name = cookieName(site);
  for (const pair of (headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** The value of Set-Cookie that logs a browser in. */
export function sessionCookie(secret: string, site: Site): string {
  return cookie(secret, { site, maxAgeSeconds: LOGIN_SECONDS });
}

/** The value of Set-Cookie that makes a browser forget its login. */
export function endedSessionCookie(site: Site): string {
  return cookie("", { site, maxAgeSeconds: 0 });
}

function cookie(value: string, { site, maxAgeSeconds }: { site: Site; maxAgeSeconds: number }): string {
  const secure = isHttps(site) ? "; Secure" : "";
  return `${cookieName(site)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The prefix makes browsers refuse the cookie from any other host and over http (RFC 6265bis 4.1.3.2); on localhost there is no https. */
function cookieName(site: Site): string {
  return isHttps(site) ? "__Host-podcore" : "podcore";
}

function isHttps({ publicUrl }: Site): boolean {
  return publicUrl.startsWith("https:");
}
