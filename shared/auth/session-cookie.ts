import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import type { Caller } from "../context.ts";
import { LOGIN_DAYS } from "./find-credential.ts";

const DAY_SECONDS = 86_400;
// The browser cookie outlasts its logins. 400 days is the longest that Chromium keeps a cookie.
const BROWSER_DAYS = 400;

/** The site's URL as the browser's address bar shows it, which decides which cookies the browser accepts. */
export type Site = Pick<Config, "publicUrl">;
/**
 * The secrets of the login and of the browser. `isDoubled`: one of the names came twice, so neither value is trusted.
 */
export type SentCookies = { session: string | undefined; browser: string | undefined; isDoubled: boolean };

/** Reads the two cookies. Trims only spaces and tabs (RFC 6265 5.2), as browsers do when they check names. */
export function readCookies(headers: IncomingHttpHeaders, site: Site): SentCookies {
  const [sessions, browsers] = [sessionName(site), browserName(site)].map((name) => readAll(headers, name));
  return {
    session: sessions?.[0],
    browser: browsers?.[0],
    isDoubled: (sessions?.length ?? 0) > 1 || (browsers?.length ?? 0) > 1,
  };
}

/** Returns every value sent under a name. */
export function readAll({ cookie = "" }: IncomingHttpHeaders, name: string): string[] {
  return cookie.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at !== -1 && trimBlanks(pair.slice(0, at)) === name ? [trimBlanks(pair.slice(at + 1))] : [];
  });
}

/** Returns the Set-Cookie values that log a browser in, the browser cookie first. An empty browser cookie is left out. */
export function sessionCookies({ session, browser }: { session: string; browser: string }, site: Site): string[] {
  const own = cookie(browserName(site), { value: browser, site, maxAgeSeconds: BROWSER_DAYS * DAY_SECONDS });
  return [
    ...(browser === "" ? [] : [own]),
    cookie(sessionName(site), { value: session, site, maxAgeSeconds: LOGIN_DAYS * DAY_SECONDS }),
  ];
}

/**
 * Returns the Set-Cookie value that removes the login cookie. The browser cookie stays, so the browser remains known.
 */
export function endedSessionCookie(site: Site): string {
  return cookie(sessionName(site), { value: "", site, maxAgeSeconds: 0 });
}

export function endedBrowserCookie(site: Site): string {
  return cookie(browserName(site), { value: "", site, maxAgeSeconds: 0 });
}

/** With this prefix, browsers accept the cookie only from this host and only over https (RFC 6265bis 4.1.3.2). */
export function sessionName(site: Site): string {
  return isHttps(site) ? "__Host-podcore" : "podcore";
}

export function browserName(site: Site): string {
  return isHttps(site) ? "__Host-podcore-browser" : "podcore-browser";
}

/**
 * Returns the site as the browser has reached it. Over http under another name than the public URL's, such as
 * `podbox.lan`, browsers refuse Secure cookies. Under the public name cookies stay Secure, whatever a proxy says.
 */
export function siteFor(headers: IncomingHttpHeaders, config: Site): Site {
  const host = headers.host?.toLowerCase();
  const isPlain = headers["x-forwarded-proto"] === "http" && host !== new URL(config.publicUrl).host;
  return isPlain && URL.canParse(`http://${host}`) ? { publicUrl: `http://${host}` } : config;
}

/** Returns the site as the caller has reached it. */
export function siteOf({ config, caller }: { config: Site; caller: Pick<Caller, "site"> }): Site {
  return caller.site ?? config;
}

export function isHttps({ publicUrl }: Site): boolean {
  return publicUrl.startsWith("https:");
}

type Cookie = { value: string; site: Site; maxAgeSeconds: number };
function cookie(name: string, { value, site, maxAgeSeconds }: Cookie): string {
  const secure = isHttps(site) ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

/**
 * Not `trim()`, which also drops U+00A0: a name with it in front has no prefix in the browser's eyes, but would have
 * one in ours.
 */
function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
