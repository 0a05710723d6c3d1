import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import type { Caller } from "../context.ts";
import { LOGIN_DAYS } from "./find-credential.ts";

const DAY_SECONDS = 86_400;
// The browser's own cookie outlasts its logins. Chromium keeps no cookie for longer.
const BROWSER_DAYS = 400;

/** The site's address as the browser has it in its address bar, which decides what cookies it takes. */
export type Site = Pick<Config, "publicUrl">;
/** What a browser sent: the secrets of its login and of itself. `isDoubled`: a name came twice, so neither is believed. */
export type SentCookies = { session: string | undefined; browser: string | undefined; isDoubled: boolean };

/** Reads the two cookies of a browser. Only blanks and tabs are trimmed (RFC 6265 5.2), as browsers do when they check names. */
export function readCookies(headers: IncomingHttpHeaders, site: Site): SentCookies {
  const [sessions, browsers] = [sessionName(site), browserName(site)].map((name) => readAll(headers, name));
  return {
    session: sessions?.[0],
    browser: browsers?.[0],
    isDoubled: (sessions?.length ?? 0) > 1 || (browsers?.length ?? 0) > 1,
  };
}

/** Every value that came under a name. */
export function readAll({ cookie = "" }: IncomingHttpHeaders, name: string): string[] {
  return cookie.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at !== -1 && trimBlanks(pair.slice(0, at)) === name ? [trimBlanks(pair.slice(at + 1))] : [];
  });
}

/** The values of Set-Cookie that log a browser in, the browser's own first. */
export function sessionCookies({ session, browser }: { session: string; browser: string }, site: Site): string[] {
  return [
    cookie(browserName(site), { value: browser, site, maxAgeSeconds: BROWSER_DAYS * DAY_SECONDS }),
    cookie(sessionName(site), { value: session, site, maxAgeSeconds: LOGIN_DAYS * DAY_SECONDS }),
  ];
}

/** The value of Set-Cookie that makes a browser forget its login. It stays a browser that was logged in once. */
export function endedSessionCookie(site: Site): string {
  return cookie(sessionName(site), { value: "", site, maxAgeSeconds: 0 });
}

export function endedBrowserCookie(site: Site): string {
  return cookie(browserName(site), { value: "", site, maxAgeSeconds: 0 });
}

/** The prefix makes browsers refuse the cookie from any other host and over http (RFC 6265bis 4.1.3.2). It takes https. */
export function sessionName(site: Site): string {
  return isHttps(site) ? "__Host-podcore" : "podcore";
}

export function browserName(site: Site): string {
  return isHttps(site) ? "__Host-podcore-browser" : "podcore-browser";
}

/**
 * The site as a browser has reached it. Over http by another name than the public URL's, such as `podbox.lan`, a browser
 * refuses a cookie that is Secure. By the public name cookies stay Secure, whatever a proxy says.
 */
export function siteFor(headers: IncomingHttpHeaders, config: Site): Site {
  const host = headers.host?.toLowerCase();
  const isPlain = headers["x-forwarded-proto"] === "http" && host !== new URL(config.publicUrl).host;
  return isPlain && URL.canParse(`http://${host}`) ? { publicUrl: `http://${host}` } : config;
}

/** The site as the caller has reached it. */
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

/** `trim()` drops U+00A0 too: a name with it, which has no prefix for a browser, would be read as one that has. */
function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
