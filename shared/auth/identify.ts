import type { Caller, Context } from "../context.ts";
import { unauthorized } from "../errors.ts";
import { PAGE_TOKEN_FIELD } from "../http/callers-cookies.ts";
import { clientAddress } from "../http/client-address.ts";
import type { Identify } from "../http/function.ts";
import { readForm } from "../http/read-form.ts";
import { isMarked, markCookies, type Pair, pageTokenOf } from "./confirmation.ts";
import { findCredential } from "./find-credential.ts";
import { canBeTossed } from "./parent-domains.ts";
import { API_KEY_PREFIX, hashSecret } from "./secret.ts";
import { isHttps, readCookies, type Site, sessionCookies, siteFor } from "./session-cookie.ts";
import { deleteTossed, forgetRetry, sendAgain } from "./tossed-cookies.ts";

// RFC 9110 5.6.2: schemes are case-insensitive. Any other scheme belongs to a proxy in front of the whole site.
const BEARER = /^Bearer(?: +(\S+))?$/i;

type Request = Parameters<Identify>[1];
type From = Pick<Caller, "address" | "userAgent"> & { site: Site };

/**
 * Identifies the caller: an app by the API key in Authorization, otherwise a browser by its cookies. An invalid key is
 * an error (RFC 6750 3.1); an invalid cookie means an anonymous caller.
 *
 * @throws UserError 401 if the API key is invalid
 */
export const identify: Identify = async (ctx, request) => {
  const { headers, remoteAddress } = request;
  const from = {
    address: clientAddress({ headers, remoteAddress }, ctx.config),
    userAgent: headers["user-agent"],
    site: siteFor(headers, ctx.config),
  };
  const bearer = BEARER.exec(headers.authorization ?? "");
  return bearer === null ? identifyBrowser(ctx, { request, from }) : identifyApp(ctx, { key: bearer[1] ?? "", from });
};

async function identifyApp(ctx: Context, { key, from }: { key: string; from: From }): Promise<Caller> {
  const secretSha256 = key.startsWith(API_KEY_PREFIX) ? hashSecret(key.slice(API_KEY_PREFIX.length)) : undefined;
  const found =
    secretSha256 && (await findCredential(ctx.db, { kind: "api-key", secretSha256, address: from.address }));
  if (found === undefined) throw unauthorized({ "www-authenticate": 'Bearer error="invalid_token"' });
  const { kind, id, accountId, email } = found;
  return { account: { id: accountId, email }, credential: { kind, id }, ...from };
}

/**
 * On https, the cookies' name prefix keeps other hosts from setting them. On http there is no such prefix. A login then
 * counts only together with the cookie of the browser that it was made in, and only if both are confirmed to be this
 * browser's own. Each page sets both again: if another host has set them too, the next request carries both twice and is
 * refused.
 */
async function identifyBrowser(ctx: Context, { request, from }: { request: Request; from: From }): Promise<Caller> {
  const { site } = from;
  const { session = "", browser = "", isDoubled } = readCookies(request.headers, site);
  if (isDoubled) return { ...nobody(from), ...refuseTossed(request, site) };
  const [secretSha256, browserSha256] = [hashSecret(session), hashSecret(browser)];
  const isBound = !isHttps(site);
  const found =
    secretSha256 &&
    (await findCredential(ctx.db, {
      kind: "login",
      secretSha256,
      address: from.address,
      ...(isBound ? { browserSha256: browserSha256 ?? Buffer.alloc(0) } : {}),
    }));
  const forgotten = forgetRetry(request.headers);
  if (found === undefined) return { ...nobody(from), browserSha256, cookies: forgotten };
  const pair = { session, browser: browserSha256 === undefined ? "" : browser };
  const pageToken = canBeTossed(site) ? pageTokenOf(ctx.config, pair) : undefined;
  if (pageToken !== undefined && !isConfirmed(ctx, { request, from, pair, pageToken })) {
    return { ...nobody(from), ...confirm(ctx, { request, from, pair, pageToken }) };
  }
  const { kind, id, accountId, email, isRenewed } = found;
  const isSetAgain = browserSha256 !== undefined && (isRenewed || (isBound && request.method === "GET"));
  return {
    account: { id: accountId, email },
    credential: { kind, id },
    browserSha256,
    pageToken,
    cookies: [...forgotten, ...(isSetAgain ? sessionCookies(pair, site) : [])],
    ...from,
  };
}

type Confirming = { request: Request; from: From; pair: Pair; pageToken: string };

/** A POST must come from a page that was made for these cookies. For any other request their mark is enough. */
function isConfirmed(ctx: Context, { request, from, pair, pageToken }: Confirming): boolean {
  if (request.method !== "POST") return isMarked(request.headers, { config: ctx.config, pair, ...from });
  return (request.query.get(PAGE_TOKEN_FIELD) ?? readForm(request)(PAGE_TOKEN_FIELD)) === pageToken;
}

/**
 * Sets the cookies again and has the browser repeat the request. If they come twice then, another host has set them. If
 * not, the mark confirms them, or for a POST the token in the URL.
 */
function confirm(
  ctx: Context,
  { request, from, pair, pageToken }: Confirming,
): Required<Pick<Caller, "cookies" | "tossed">> {
  const { cookies, canRetry } = sendAgain(request.headers);
  if (!canRetry) return { cookies: [], tossed: { canRetry } };
  const marks = markCookies(request.headers, { config: ctx.config, pair, ...from });
  const query: Record<string, string> = request.method === "POST" ? { [PAGE_TOKEN_FIELD]: pageToken } : {};
  return { cookies: [...sessionCookies(pair, from.site), ...marks, ...cookies], tossed: { canRetry, query } };
}

function nobody(from: From): Caller {
  return { account: undefined, credential: undefined, ...from };
}

function refuseTossed({ headers, path }: Request, site: Site): Pick<Caller, "cookies" | "tossed"> {
  const { cookies, canRetry } = deleteTossed(headers, { site, path });
  return { cookies, tossed: { canRetry } };
}
