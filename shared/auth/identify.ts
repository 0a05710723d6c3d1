import type { Context } from "../context.ts";
import { unauthorized } from "../errors.ts";
import type { Caller, Identify } from "../http/caller.ts";
import { type FoundCredential, findApiKey, findLogin } from "../sql/find-credential.ts";
import { clientAddress } from "./client-address.ts";
import { API_KEY_PREFIX, hashSecret } from "./secret.ts";
import { readSessionCookie } from "./session-cookie.ts";

// RFC 9110 5.6.2: schemes are compared without regard to case.
const BEARER = /^Bearer +(\S+)$/i;

/**
 * Finds out who sent a request: an app by the API key in Authorization, else a browser by its cookie. A key that is no
 * longer one is told (RFC 6750 3.1), a cookie that is not is nobody's.
 */
export const identify: Identify = async (ctx, { headers, remoteAddress }) => {
  const address = clientAddress({ headers, remoteAddress }, ctx.config);
  const from = { address, userAgent: headers["user-agent"] };
  if (headers.authorization !== undefined) {
    const found = await apiKeyOf(ctx, { authorization: headers.authorization, address });
    if (found === undefined) throw unauthorized({ "www-authenticate": 'Bearer error="invalid_token"' });
    return toCaller(found, { kind: "api-key", ...from });
  }
  const secretSha256 = hashSecret(readSessionCookie(headers, ctx.config) ?? "");
  const found = secretSha256 && (await findLogin(ctx.db, { secretSha256, address }));
  return found === undefined
    ? { account: undefined, credential: undefined, ...from }
    : toCaller(found, { kind: "login", ...from });
};

async function apiKeyOf(
  ctx: Context,
  { authorization, address }: { authorization: string; address: string },
): Promise<FoundCredential | undefined> {
  const [, key = ""] = BEARER.exec(authorization) ?? [];
  const secretSha256 = key.startsWith(API_KEY_PREFIX) ? hashSecret(key.slice(API_KEY_PREFIX.length)) : undefined;
  return secretSha256 && findApiKey(ctx.db, { secretSha256, address });
}

type From = { kind: "login" | "api-key"; address: string; userAgent: string | undefined };
function toCaller({ id, accountId, email }: FoundCredential, { kind, ...from }: From): Caller {
  return { account: { id: accountId, email }, credential: { kind, id }, ...from };
}
