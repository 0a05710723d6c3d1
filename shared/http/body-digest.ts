import type { Context } from "../context.ts";
import type { Log } from "../log/log.ts";
import { toUserError } from "./error-reply.ts";
import type { FunctionRequest, HttpFunction } from "./function.ts";
import type { SchemaGuard } from "./server/readiness.ts";

/** Takes a body's chunks, and keeps none of them. */
export type BodyDigest = { update(chunk: Buffer): void; end(): Buffer };

type Asked = { request: Pick<FunctionRequest, "path" | "headers">; ctx: Context; log: Log; schemaGuard: SchemaGuard };

/**
 * Opens the digest of a request's body; undefined if its function needs the body itself.
 *
 * @throws UserError if the function cannot tell which digest it needs, such as without the database
 */
export async function openDigest(
  fn: HttpFunction | undefined,
  { request, ctx, log, schemaGuard }: Asked,
): Promise<BodyDigest | undefined> {
  if (fn?.digest === undefined) return undefined;
  try {
    await schemaGuard.require(ctx);
    const digest = await fn.digest.open(request, ctx);
    return { update: (chunk) => void digest?.update(chunk), end: () => digest?.digest() ?? Buffer.alloc(0) };
  } catch (error) {
    throw toUserError(error, log);
  }
}
