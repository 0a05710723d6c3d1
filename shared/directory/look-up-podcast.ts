import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { step } from "../log/log.ts";
import { askItunes, DirectoryError, readResults } from "./ask-itunes.ts";
import { takeDirectoryCall } from "./rate-limit.ts";

/** `feedUrl` is undefined if Apple does not publish the podcast's feed. */
export type LookedUp = { feedUrl: string | undefined };

// The answer for one podcast takes about 2 KB.
const MAX_BYTES = 256 * 1024;
// It usually answers within a second.
const TIMEOUT_MS = 10_000;
// Used if the directory refuses without Retry-After. Its limit counts by the minute.
const RETRY_AFTER_SECONDS = 60;

/**
 * Looks up the podcast of an Apple link in the iTunes Search API, within the rate limit that all pods share.
 *
 * @returns undefined if the directory does not know the podcast
 * @throws UserError 503 if the directory is unavailable or the rate limit is used up
 */
export async function lookUpPodcast(ctx: Context, { id }: { id: string }): Promise<LookedUp | undefined> {
  const taken = await takeDirectoryCall(ctx);
  if (!taken.isAllowed) throw unavailable("too many requests", { retryAfterSeconds: taken.retryAfterSeconds });
  const { fetch, signal, config, log } = ctx;
  const { directoryUrl } = config;
  const params = { id, entity: "podcast" };
  const limits = { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, signal };
  try {
    const answer = await step(log, "look_up_podcast", () =>
      askItunes({ fetch, directoryUrl, path: "/lookup", params, ...limits }),
    );
    return readPodcast(answer, id);
  } catch (cause) {
    if (!(cause instanceof DirectoryError)) throw cause;
    const retryAfterSeconds = Math.ceil((cause.retryAfterMs ?? 0) / 1_000) || RETRY_AFTER_SECONDS;
    throw unavailable(cause.message, { retryAfterSeconds, cause });
  }
}

function readPodcast(answer: string, id: string): LookedUp | undefined {
  const found = readResults(answer).find((result) => String(result.collectionId) === id);
  if (found === undefined) return undefined;
  const { feedUrl } = found;
  return { feedUrl: typeof feedUrl === "string" && feedUrl !== "" ? feedUrl : undefined };
}

type Unavailable = { retryAfterSeconds: number; cause?: unknown };
function unavailable(detail: string, { retryAfterSeconds, cause }: Unavailable): UserError {
  return new UserError(503, `Cannot look up the podcast at Apple Podcasts: ${detail}`, {
    headers: { "retry-after": String(retryAfterSeconds) },
    cause,
  });
}
