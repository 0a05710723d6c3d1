import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { step } from "../log/log.ts";
import { askItunes, DirectoryError, readResults } from "./ask-itunes.ts";
import { takeDirectoryTurn } from "./rate-limit.ts";

/** `feedUrl` is undefined for a podcast whose feed Apple keeps to itself. */
export type LookedUp = { feedUrl: string | undefined };

// An answer about one podcast takes 2 KB.
const MAX_BYTES = 256 * 1024;
// It answers within a second, most often.
const TIMEOUT_MS = 10_000;
// Where it refuses without saying for how long. Its limit counts by the minute.
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
  return new UserError(503, `Cannot ask Apple Podcasts just now: ${detail}`, {
    headers: { "retry-after": String(retryAfterSeconds) },
    cause,
  });
}
