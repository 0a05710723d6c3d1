import type { Context } from "../context.ts";
import { FeedError } from "../feed/feed-error.ts";
import type { Feed } from "../feed/model.ts";
import { FetchError } from "../fetch/errors.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactPaths } from "../fetch/redact.ts";
import { crawlerUserAgent } from "../fetch/user-agent.ts";
import { step } from "../log/log.ts";
import { present } from "../present.ts";
import { pauseHost } from "./hosts/pause-host.ts";

/**
 * A feed could not be fetched or read: the host is at fault, its reply, or the content. `message` may be shown to
 * users.
 */
export class RetrievalError extends Error {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly reply: FetchReply | undefined;

  constructor(message: string, options: { cause?: unknown; reply?: FetchReply } = {}) {
    super(message, { cause: options.cause });
    this.name = "RetrievalError";
    this.reply = options.reply;
    this.status = options.reply?.status;
    this.retryAfterMs = options.reply?.retryAfterMs;
  }
}

export type Retrieved = { kind: "not-modified"; reply: FetchReply } | { kind: "content"; reply: FetchReply };
type Params = {
  url: string;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** The URL that sent these validators; by default `url`. */
  validatorsUrl?: string | undefined;
  /** Messages then show nothing of a URL but its host. */
  isPrivate?: boolean;
  /** For the User-Agent. None if the feed is not stored yet. */
  numSubscribers?: number;
};

const ACCEPT =
  "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.8, application/feed+json;q=0.8, application/xml;q=0.7, text/xml;q=0.7, */*;q=0.1";

/**
 * Fetches a feed, conditionally if validators are given. If the host that answers says that it gets too many requests,
 * pauses all requests to it.
 *
 * @throws RetrievalError
 */
export async function retrieve(
  ctx: Context,
  { url, etag, lastModified, validatorsUrl, isPrivate = false, numSubscribers = 0 }: Params,
): Promise<Retrieved> {
  const validators = present({ etag, lastModified, validatorsUrl });
  const request = {
    ...{ url, ...validators, accept: ACCEPT, signal: ctx.signal, timeoutMs: ctx.config.fetchTimeoutMs },
    userAgent: crawlerUserAgent(ctx.config, { numSubscribers }),
  };
  const reply = await step(ctx.log, "fetch_feed", () =>
    ctx.fetch(request).catch((cause: unknown) => {
      if (!(cause instanceof FetchError) || cause.kind === "aborted") throw cause;
      throw new RetrievalError(isPrivate ? redactPaths(cause.message) : cause.message, { cause });
    }),
  );
  // RFC 9110 15.3.4: 203 is a 200 that a proxy has changed.
  if (reply.status === 200 || reply.status === 203) return { kind: "content", reply };
  await pauseIfAsked(ctx, reply);
  if (reply.status === 304) {
    if (etag !== undefined || lastModified !== undefined) return { kind: "not-modified", reply };
    throw new RetrievalError(
      "Error fetching podcast feed. Host responded with status: 304, although the request was not conditional",
      { reply },
    );
  }
  if (reply.status === 404)
    throw new RetrievalError("That podcast doesn't seem to exist on the host's servers (404).", { reply });
  throw new RetrievalError(`Error fetching podcast feed. Host responded with status: ${reply.status}`, { reply });
}

/** True for a reply about the host's load. A 503 without Retry-After may be about one feed. */
function asksToWait({ status, retryAfterMs }: FetchReply): boolean {
  return status === 429 || (status === 503 && retryAfterMs !== undefined);
}

/**
 * Pauses the host that answered, if it says that it gets too many requests. One that redirected to it did not refuse, and
 * may redirect to anywhere.
 */
export async function pauseIfAsked(ctx: Context, reply: FetchReply): Promise<void> {
  if (!asksToWait(reply)) return;
  const { url, retryAfterMs } = reply;
  const host = hostKeyOf(url);
  await pauseHost(ctx.db, { host, retryAfterMs });
  ctx.log.info("Host paused", { host, retry_after_ms: retryAfterMs });
}

/** Content of a reply: a feed, or something else. `error` is the one to throw if a feed was required. */
export type ReadReply = { kind: "feed"; feed: Feed } | { kind: "not-a-feed"; error: RetrievalError };

/** Parses a reply's content. @throws RetrievalError if it is a feed that cannot be parsed */
export async function readReply(ctx: Context, reply: FetchReply): Promise<ReadReply> {
  const { body, contentType, url } = reply;
  // Imported with the first feed: the parser is larger than the rest of a function that rarely adds a podcast.
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

/** Parses a reply's content as a feed. @throws RetrievalError if it is not a feed, or cannot be parsed */
export async function read(ctx: Context, reply: FetchReply): Promise<Feed> {
  const result = await readReply(ctx, reply);
  if (result.kind === "not-a-feed") throw result.error;
  return result.feed;
}
