import type { Context } from "../context.ts";
import { FeedError } from "../feed/feed-error.ts";
import type { Feed } from "../feed/model.ts";
import { FetchError } from "../fetch/errors.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactPaths } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import { present } from "../present.ts";

/** A feed could not be had: the host, its reply or what it sent is at fault. `message` may be shown to the reader. */
export class RetrievalError extends Error {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; reply?: FetchReply } = {}) {
    super(message, { cause: options.cause });
    this.name = "RetrievalError";
    this.status = options.reply?.status;
    this.retryAfterMs = options.reply?.retryAfterMs;
  }
}

export type Retrieved = { kind: "not-modified"; reply: FetchReply } | { kind: "content"; reply: FetchReply };
type Params = {
  url: string;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Nothing but its host is told of any URL. */
  isPrivate?: boolean;
};

const ACCEPT =
  "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.8, application/xml;q=0.7, text/xml;q=0.7, */*;q=0.1";

/** Asks a feed's host for it, conditionally where validators are given. @throws RetrievalError */
export async function retrieve(
  ctx: Context,
  { url, etag, lastModified, isPrivate = false }: Params,
): Promise<Retrieved> {
  const validators = present({ etag, lastModified });
  const asked = { url, ...validators, accept: ACCEPT, signal: ctx.signal, timeoutMs: ctx.config.fetchTimeoutMs };
  const reply = await step(ctx.log, "fetch_feed", () =>
    ctx.fetch(asked).catch((cause: unknown) => {
      if (!(cause instanceof FetchError) || cause.kind === "aborted") throw cause;
      throw new RetrievalError(isPrivate ? redactPaths(cause.message) : cause.message, { cause });
    }),
  );
  if (reply.status === 200) return { kind: "content", reply };
  if (reply.status === 304) {
    if (etag !== undefined || lastModified !== undefined) return { kind: "not-modified", reply };
    throw new RetrievalError(
      "Error fetching podcast feed. Host responded with status: 304, though it was not asked conditionally",
      { reply },
    );
  }
  if (reply.status === 404)
    throw new RetrievalError("That podcast doesn't seem to exist on the host's servers (404).", { reply });
  throw new RetrievalError(`Error fetching podcast feed. Host responded with status: ${reply.status}`, { reply });
}

/** What a host sent: a feed, or something else that was read to its end, with the error to show if a feed was wanted. */
export type ReadReply = { kind: "feed"; feed: Feed } | { kind: "not-a-feed"; error: RetrievalError };

/** Reads what a host sent. @throws RetrievalError for a feed that cannot be read */
export async function readReply(ctx: Context, reply: FetchReply): Promise<ReadReply> {
  const { body, contentType, url } = reply;
  // The reader weighs more than the rest of a function that seldom adds a podcast: it is loaded with the first feed.
  const { readFeed } = await import("../feed/read-feed.ts");
  try {
    const feed = await step(ctx.log, "read_feed", () => readFeed({ body, contentType, url, signal: ctx.signal }));
    return { kind: "feed", feed };
  } catch (cause) {
    if (!(cause instanceof FeedError)) throw cause;
    const error = new RetrievalError(cause.message, { cause, reply });
    if (cause.kind === "not-a-feed") return { kind: "not-a-feed", error };
    throw error;
  }
}

/** Reads what a host sent as a feed. @throws RetrievalError */
export async function read(ctx: Context, reply: FetchReply): Promise<Feed> {
  const result = await readReply(ctx, reply);
  if (result.kind === "not-a-feed") throw result.error;
  return result.feed;
}
