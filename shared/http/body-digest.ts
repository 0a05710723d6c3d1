import type { Config } from "../config.ts";
import type { FunctionRequest, HttpFunction } from "./function.ts";

/** Takes a body's chunks, and keeps none of them. */
export type BodyDigest = { update(chunk: Buffer): void; end(): Buffer | undefined };

type Asked = { request: Pick<FunctionRequest, "path" | "headers">; config: Config };

/** Opens the digest of a request's body; undefined if its function needs the body itself. */
export function openDigest(fn: HttpFunction | undefined, { request, config }: Asked): BodyDigest | undefined {
  if (fn?.digest === undefined) return undefined;
  const digest = fn.digest.open(request, config);
  return { update: (chunk) => void digest?.update(chunk), end: () => digest?.digest() };
}
