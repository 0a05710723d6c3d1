import type { UserError } from "../errors.ts";
import type { Reply } from "../http/function.ts";
import { toExtensions } from "./error-extensions.ts";
import type { Outcome } from "./run-query.ts";

/**
 * The media types of https://graphql.github.io/graphql-over-http/draft/. Clients that accept neither get the first one,
 * which all can read.
 */
export type MediaType = "application/json" | "application/graphql-response+json";

export function chooseMediaType(accept: string | undefined): MediaType {
  const type = "application/graphql-response+json";
  return accept?.toLowerCase().includes(type) ? type : "application/json";
}

export function resultReply({ status, body }: Outcome, mediaType: MediaType): Reply {
  const headers = { "content-type": `${mediaType}; charset=utf-8`, vary: "accept, authorization, cookie" };
  return { status, headers, body };
}

/** Builds the reply for an error that kept a query from running. */
export function errorReply(error: UserError, mediaType: MediaType): Reply {
  const { status, message, headers } = error;
  const extensions = status === 429 ? { extensions: toExtensions(error) } : {};
  const reply = resultReply({ status, body: JSON.stringify({ errors: [{ message, ...extensions }] }) }, mediaType);
  return { ...reply, headers: { ...headers, ...reply.headers } };
}
