import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { unauthorized } from "../errors.ts";

/** Decides if a request may call a function. @throws UserError 401, 403, or 503 if that cannot be found out */
export type Authorize = (headers: IncomingHttpHeaders, config: Config) => Promise<void>;

// RFC 9110 5.6.2: schemes are compared without regard to case.
const BEARER = /^Bearer +(\S+)$/i;

/** Lets in who has the operator's token. Where none is set, nobody. */
export const authorizeOperator: Authorize = async (headers, { operatorToken }) => {
  const token = bearerToken(headers);
  if (!isSame(token, operatorToken)) throw invalidToken(token);
};

/**
 * Lets in everybody unless PODCORE_OIDC_ISSUER is set: a tick does only what is due. Then it takes an OIDC token of that
 * issuer, or the operator's token.
 *
 * @param options.takesWakeToken for the tick that PODCORE_WAKE_TOKEN wakes
 */
export function createTickAuthorize({ takesWakeToken }: { takesWakeToken: boolean }): Authorize {
  return async (headers, { oidc, operatorToken, wakeToken }) => {
    if (oidc.issuer === undefined) return;
    const token = bearerToken(headers);
    if (token === undefined) throw invalidToken(token);
    if (isSame(token, operatorToken) || (takesWakeToken && isSame(token, wakeToken))) return;
    // Only where it is needed: it takes milliseconds to load.
    const { requireOidcToken } = await import("./oidc-token.ts");
    await requireOidcToken(token, { ...oidc, issuer: oidc.issuer });
  };
}

/** What a request without a valid token gets (RFC 6750 3): the error is told only to who has sent a token. */
export function invalidToken(token: string | undefined): Error {
  return unauthorized({ "www-authenticate": token === undefined ? "Bearer" : 'Bearer error="invalid_token"' });
}

function bearerToken({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  return BEARER.exec(authorization)?.[1];
}

/** In constant time: of equal digests no length and no prefix can be measured. */
function isSame(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return false;
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
