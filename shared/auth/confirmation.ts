import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { derive } from "./derive.ts";
import { LOGIN_DAYS } from "./find-credential.ts";
import { canBeTossed } from "./parent-domains.ts";
import { readAll, type Site } from "./session-cookie.ts";

type Secrets = Parameters<typeof derive>[0];
/** Values of a browser's two cookies. `browser` is empty for logins made before that cookie existed. */
export type Pair = { session: string; browser: string };
/** Where a request comes from, which tells one browser from another. */
type Whence = { address: string; userAgent: string | undefined };
type Asking = { config: Secrets & Pick<Config, "publicUrl">; site: Site; pair: Pair } & Whence;

const MARK_COOKIE = "podcore-confirmed";
const DAY_SECONDS = 86_400;
// A browser moves between a few networks, and may come through any of several proxies.
const NUM_MARKS_MAX = 8;

/**
 * Returns the token for pages that are made for these cookies. Another host can neither write such a page nor send its
 * form (see `requireSameOrigin`). So a form with the token shows that the cookies are still those of the page.
 */
export function pageTokenOf(config: Secrets, { session, browser }: Pair): string {
  return derive(config, { label: "podcore page", text: `${session}\n${browser}` }).toString("base64url");
}

/**
 * True if a mark confirms that the cookies are this browser's own. Another host can set its own mark together with its own
 * cookies. So a mark is valid only for the address and User-Agent that it was made for.
 */
export function isMarked(headers: IncomingHttpHeaders, asking: Asking): boolean {
  return readMarks(headers).includes(markOf(asking));
}

/** Returns the Set-Cookie values that mark cookies as this browser's own; none if no other host can set cookies. */
export function markCookies(headers: IncomingHttpHeaders, asking: Asking): string[] {
  if (!canBeTossed(asking.site)) return [];
  const marks = [...new Set([markOf(asking), ...readMarks(headers)])].slice(0, NUM_MARKS_MAX);
  return [`${MARK_COOKIE}=${marks.join(".")}; Path=/; Max-Age=${LOGIN_DAYS * DAY_SECONDS}; HttpOnly; SameSite=Lax`];
}

function readMarks(headers: IncomingHttpHeaders): string[] {
  return readAll(headers, MARK_COOKIE)
    .flatMap((value) => value.split("."))
    .filter((mark) => /^[\w-]{43}$/.test(mark));
}

function markOf({ config, pair: { session, browser }, address, userAgent = "" }: Asking): string {
  return derive(config, { label: "podcore mark", text: [session, browser, address, userAgent].join("\n") }).toString(
    "base64url",
  );
}
