import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import type { Account } from "../db/schema.ts";

/** Who sent a request, as far as it says so itself. */
export type Caller = {
  /** Undefined for a visitor who has none, which is what most of them are. */
  account: Pick<Account, "id" | "email"> | undefined;
  /** What showed that it is the account's: the browser's cookie, or an app's key. */
  credential: { kind: "login" | "api-key"; id: number } | undefined;
  /** Digest of the browser's own cookie, which outlasts its logins; undefined where it sent none. */
  browserSha256?: Buffer | undefined;
  /** Values of Set-Cookie that the reply has to carry: a login is renewed, or cookies of other hosts are deleted. */
  cookies?: readonly string[];
  /** Its cookies cannot be told from another host's. Once those are deleted, the same request can be answered. */
  tossed?: { canRetry: boolean };
  /** The client's IP address; empty where there is none. */
  address: string;
  userAgent: string | undefined;
  /** The site as the browser has reached it, where that is another address than the public URL. */
  site?: Pick<Config, "publicUrl">;
};

/** Finds out who sent a request. @throws UserError 401 for a key that is not, or no longer, one */
export type Identify = (
  ctx: Context,
  request: { method: string; path: string; headers: IncomingHttpHeaders; remoteAddress: string | undefined },
) => Promise<Caller>;
