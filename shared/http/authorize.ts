import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { unauthorized } from "../errors.ts";

/** Checks that a request may call a function. @throws UserError 401, 403, or 503 if it cannot be checked */
export type Authorize = (headers: IncomingHttpHeaders, config: Config) => Promise<void>;

// RFC 9110 11.1: scheme names are case-insensitive.
const BEARER = /^Bearer +(\S+)$/i;

/** Admits callers with the operator's token. Admits nobody if no token is set. */
export const authorizeOperator: Authorize = async (headers, { operatorToken }) => {
  const token = bearerToken(headers);
  if (!isSame(token, operatorToken)) throw invalidToken(token);
};

/**
 * Makes the check for a tick. If PODCORE_OIDC_ISSUER is set, requires an OIDC token of that issuer or the operator's token.
 * Otherwise admits everybody, because a tick only does what is due.
 *
 * @param options.takesWakeToken also accepts PODCORE_WAKE_TOKEN
 */
export function createTickAuthorize({ takesWakeToken }: { takesWakeToken: boolean }): Authorize {
  return async (headers, { oidc, operatorToken, wakeToken }) => {
    if (oidc.issuer === undefined) return;
    const token = bearerToken(headers);
    if (token === undefined) throw invalidToken(token);
    if (isSame(token, operatorToken) || (takesWakeToken && isSame(token, wakeToken))) return;
    // Loaded only when needed, because loading takes milliseconds.
    const { requireOidcToken } = await import("./oidc-token.ts");
    await requireOidcToken(token, { ...oidc, issuer: oidc.issuer });
  };
}

/** Makes the 401 for a missing or invalid token. Only names the error if there was a token (RFC 6750 3). */
export function invalidToken(token: string | undefined): Error {
  return unauthorized({ "www-authenticate": token === undefined ? "Bearer" : 'Bearer error="invalid_token"' });
}

function bearerToken({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  return BEARER.exec(authorization)?.[1];
}

/** Compares digests in constant time, so that timing reveals neither the length nor a prefix of the token. */
export function isSame(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return false;
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
