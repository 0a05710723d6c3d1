import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { unauthorized } from "../errors.ts";
import type { Identify } from "../http/caller.ts";
import { type CredentialKind, findCredential } from "../sql/find-credential.ts";
import { clientAddress } from "./client-address.ts";
import { API_KEY_PREFIX, hashSecret } from "./secret.ts";
import { isPlainHttp, readSessionCookie } from "./session-cookie.ts";

// RFC 9110 5.6.2: schemes are compared without regard to case. Other schemes are a proxy's in front of the whole site.
const BEARER = /^Bearer(?: +(\S+))?$/i;

/**
 * Finds out who sent a request: an app by the API key in Authorization, else a browser by its cookie. A key that is no
 * longer one is told (RFC 6750 3.1), a cookie that is not is nobody's.
 *
 * @throws UserError 401 for a key that is not one
 */
export const identify: Identify = async (ctx, { headers, remoteAddress }) => {
  const address = clientAddress({ headers, remoteAddress }, ctx.config);
  const { kind, secretSha256 } = readSecret(headers, ctx.config);
  const found = secretSha256 && (await findCredential(ctx.db, { kind, secretSha256, address }));
  const from = { address, userAgent: headers["user-agent"], isPlainHttp: isPlainHttp(headers, ctx.config) };
  if (found !== undefined) {
    const { id, accountId, email } = found;
    return { account: { id: accountId, email }, credential: { kind, id }, ...from };
  }
  if (kind === "api-key") throw unauthorized({ "www-authenticate": 'Bearer error="invalid_token"' });
  return { account: undefined, credential: undefined, ...from };
};

function readSecret(
  headers: IncomingHttpHeaders,
  config: Config,
): { kind: CredentialKind; secretSha256: Buffer | undefined } {
  const bearer = BEARER.exec(headers.authorization ?? "");
  if (bearer === null) return { kind: "login", secretSha256: hashSecret(readSessionCookie(headers, config) ?? "") };
  const key = bearer[1] ?? "";
  const isOurs = key.startsWith(API_KEY_PREFIX);
  return { kind: "api-key", secretSha256: isOurs ? hashSecret(key.slice(API_KEY_PREFIX.length)) : undefined };
}
