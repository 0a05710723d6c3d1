import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { FetchError } from "../fetch/errors.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { step } from "../log/log.ts";
import { takeDirectoryTurn } from "./rate-limit.ts";

/** `feedUrl` is undefined for a podcast whose feed Apple keeps to itself. */
export type LookedUp = { feedUrl: string | undefined };

// An answer about one podcast takes 2 KB.
const MAX_BYTES = 256 * 1024;
// It answers within one, most often.
const TIMEOUT_MS = 10_000;
// Where it refuses without saying for how long. Its limit is one a minute.
const RETRY_AFTER_SECONDS = 60;

/**
 * Asks the iTunes Search API for the podcast of an Apple link, once and within the limit that all pods share.
 *
 * @returns undefined where it knows no such podcast
 * @throws UserError 503 where the directory cannot be asked now
 */
export async function lookUpPodcast(ctx: Context, { id }: { id: string }): Promise<LookedUp | undefined> {
  const turn = await takeDirectoryTurn(ctx);
  if (!turn.isAllowed) throw unavailable("it was asked too often", { retryAfterSeconds: turn.retryAfterSeconds });
  const query = new URLSearchParams({ id, entity: "podcast" });
  const reply = await step(ctx.log, "look_up_podcast", () =>
    ctx.fetch({
      url: `${ctx.config.directoryUrl}/lookup?${query}`,
      // It calls its JSON by the other name.
      accept: "application/json, text/javascript;q=0.9",
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      signal: ctx.signal,
    }),
  ).catch((cause: unknown) => {
    if (cause instanceof FetchError && cause.kind !== "aborted") throw unavailable(cause.message, { cause });
    throw cause;
  });
  // 403 is how it says that it was asked too often.
  if (reply.status !== 200) {
    const retryAfterSeconds = Math.ceil((reply.retryAfterMs ?? 0) / 1_000) || RETRY_AFTER_SECONDS;
    throw unavailable(`it answered with status ${reply.status}`, { retryAfterSeconds });
  }
  return readPodcast(reply, id);
}

function readPodcast({ body }: FetchReply, id: string): LookedUp | undefined {
  const found = readResults(body).find((result) => String(result.collectionId) === id);
  if (found === undefined) return undefined;
  const { feedUrl } = found;
  return { feedUrl: typeof feedUrl === "string" && feedUrl !== "" ? feedUrl : undefined };
}

type Result = { collectionId?: unknown; feedUrl?: unknown };

function readResults(body: Buffer): Result[] {
  try {
    const answer: unknown = JSON.parse(body.toString());
    if (typeof answer === "object" && answer !== null && "results" in answer && Array.isArray(answer.results)) {
      return answer.results.filter((result) => typeof result === "object" && result !== null);
    }
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw unavailable("its answer cannot be read");
}

function unavailable(detail: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}): UserError {
  const { retryAfterSeconds = RETRY_AFTER_SECONDS, cause } = options;
  return new UserError(503, `Cannot ask Apple Podcasts just now: ${detail}`, {
    headers: { "retry-after": String(retryAfterSeconds) },
    cause,
  });
}
