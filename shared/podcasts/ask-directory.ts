import type { Context } from "../context.ts";
import { type RateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { DirectoryError } from "../directory/ask-itunes.ts";
import { searchItunes } from "../directory/itunes-search.ts";
import { takeDirectoryCall } from "../directory/rate-limit.ts";
import { step } from "../log/log.ts";

// Directories change from day to day. Anyone can repeat an add, and each would use up a call to the directory.
const ONCE_A_DAY: RateLimit = { kind: "directory-privacy", max: 1, windowSeconds: 86_400 };
// Characters of the title to search for. The most distinctive words are usually at its start.
const QUERY_MAX = 200;

type Asked = { podcastId: number; title: string; feedUrls: readonly string[] };

/**
 * Returns true if the directory lists all of these feed URLs, ignoring http or https. Searches it for the podcast's
 * title, so that it does not learn the URLs, at most once a day per podcast. Returns false if it cannot be asked: the
 * podcast then stays private.
 */
export async function isListedByDirectory(ctx: Context, { podcastId, title, feedUrls }: Asked): Promise<boolean> {
  const own = await takeRateLimit(ctx.db, { ...ONCE_A_DAY, subject: String(podcastId) });
  if (!own.isAllowed || !(await takeDirectoryCall(ctx)).isAllowed) return false;
  const { fetch, signal, config, log } = ctx;
  const query = title.slice(0, QUERY_MAX).toWellFormed();
  try {
    const hits = await step(log, "search_directory", () =>
      searchItunes({ fetch, directoryUrl: config.directoryUrl, query, signal }),
    );
    const listed = new Set(hits.map((hit) => withoutScheme(hit.feedUrl)));
    return feedUrls.every((feedUrl) => listed.has(withoutScheme(feedUrl)));
  } catch (cause) {
    if (!(cause instanceof DirectoryError)) throw cause;
    log.warn("Directory search failed", { reason: cause.message });
    return false;
  }
}

function withoutScheme(feedUrl: string): string {
  return feedUrl.replace(/^https?:/, "");
}
