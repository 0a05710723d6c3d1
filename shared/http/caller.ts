import type { IncomingHttpHeaders } from "node:http";
import type { Context } from "../context.ts";
import type { Account } from "../db/schema.ts";

/** Who sent a request, as far as it says so itself. */
export type Caller = {
  /** Undefined for a visitor who has none, which is what most of them are. */
  account: Pick<Account, "id" | "email"> | undefined;
  /** What showed that it is the account's: the browser's cookie, or an app's key. */
  credential: { kind: "login" | "api-key"; id: number } | undefined;
  /** The client's IP address; empty where there is none. */
  address: string;
  userAgent: string | undefined;
  /** The site's public URL is https, and this browser uses it by another name over http. */
  isPlainHttp?: boolean;
};

/** Finds out who sent a request. @throws UserError 401 for a key that is not, or no longer, one */
export type Identify = (
  ctx: Context,
  request: { headers: IncomingHttpHeaders; remoteAddress: string | undefined },
) => Promise<Caller>;
