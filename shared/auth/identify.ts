import type { Caller, Context } from "../context.ts";
import { unauthorized } from "../errors.ts";
import { clientAddress } from "../http/client-address.ts";
import type { Identify } from "../http/function.ts";
import { findCredential } from "./find-credential.ts";
import { API_KEY_PREFIX, hashSecret } from "./secret.ts";
import { isHttps, readCookies, type Site, sessionCookies, siteFor } from "./session-cookie.ts";
import { deleteTossed, forgetRetry } from "./tossed-cookies.ts";

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
 * On https, the cookies' name prefix keeps other hosts from setting them. On http there is no such prefix, so a login
 * counts only together with the cookie of the browser that it was made in, and each page sets both cookies again. If
 * another host has set them too, the next request carries both twice and is refused.
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
  const { kind, id, accountId, email, isRenewed } = found;
  const isSetAgain = browserSha256 !== undefined && (isRenewed || (isBound && request.method === "GET"));
  return {
    account: { id: accountId, email },
    credential: { kind, id },
    browserSha256,
    cookies: [...forgotten, ...(isSetAgain ? sessionCookies({ session, browser }, site) : [])],
    ...from,
  };
}

function nobody(from: From): Caller {
  return { account: undefined, credential: undefined, ...from };
}

function refuseTossed({ headers, path }: Request, site: Site): Pick<Caller, "cookies" | "tossed"> {
  const { cookies, canRetry } = deleteTossed(headers, { site, path });
  return { cookies, tossed: { canRetry } };
}
