import type { IncomingHttpHeaders } from "node:http";
import { NOBODY } from "../context.ts";
import { notFoundGeneral, unauthorized } from "../errors.ts";
import { isSame } from "../http/authorize.ts";
import { clientAddress } from "../http/client-address.ts";
import type { Identify } from "../http/function.ts";

// RFC 7617 2. The user name may be anything.
const BASIC = /^Basic +([A-Za-z0-9+/]+=*)$/i;
const CHALLENGE = 'Basic realm="podcore operator", charset="UTF-8"';

/**
 * Admits a browser whose HTTP Basic password is the operator's token. Without a token, the pages do not exist.
 *
 * No cookie is used, so no other host can set one, nothing is stored, and closing the browser logs out. Other sites can
 * make a browser send the credentials with a form; the wrapper refuses those by their origin. Guesses are logged and not
 * limited: a token has at least 32 characters, and a limit would let strangers lock the operator out.
 *
 * @throws UserError 401, or 404 without a token
 */
export const identifyOperator: Identify = async (ctx, { headers, path, remoteAddress }) => {
  const { operatorToken } = ctx.config;
  if (operatorToken === undefined) throw notFoundGeneral(`nothing is at "${path}"`);
  const address = clientAddress({ headers, remoteAddress }, ctx.config);
  const password = passwordIn(headers);
  if (isSame(password, operatorToken)) return { ...NOBODY, address, userAgent: headers["user-agent"] };
  if (password !== undefined) ctx.log.warn("Operator refused: wrong token", { path });
  throw unauthorized({ "www-authenticate": CHALLENGE });
};

function passwordIn({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  const [, encoded] = BASIC.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString();
  const at = pair.indexOf(":");
  return at === -1 ? undefined : pair.slice(at + 1);
}
