import type { Context } from "../context.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactPaths } from "../fetch/redact.ts";
import type { Claim } from "../sql/claim-due-podcasts.ts";
import { moveFeedLocation } from "../sql/move-feed-location.ts";
import { recordMove } from "../sql/record-move.ts";

/**
 * Takes down where a crawl was told that the feed has moved to for good (301 or 308 on every hop, RFC 9110 15.4.2), and
 * asks it there from now on once that was said often and long enough of what is still the same show. A host that is
 * broken for a day, or taken over, moves nobody. A URL that holds a secret stays as its owner gave it.
 */
export async function run(
  ctx: Context,
  { claim, permanentUrl }: { claim: Claim; permanentUrl: string | undefined },
): Promise<void> {
  const movedToUrl = usableUrl(claim.feedUrl, permanentUrl);
  if (movedToUrl === undefined && claim.movedToUrl === undefined) return;
  const isSettled = await recordMove(ctx.db, claim, movedToUrl);
  if (!isSettled || movedToUrl === undefined) return;
  const isMoved = await moveFeedLocation(ctx.db, { podcastId: claim.podcastId, feedUrl: movedToUrl });
  const feedUrl = claim.isPrivate ? redactPaths(movedToUrl) : movedToUrl;
  if (isMoved) ctx.log.info("Feed moved", { feed_url: feedUrl });
  // Two podcasts of ours are one there. Which of them is to go is a human's decision.
  else ctx.log.warn("Feed not moved: another podcast is asked there", { feed_url: feedUrl });
}

function usableUrl(feedUrl: string, permanentUrl: string | undefined): string | undefined {
  if (permanentUrl === undefined || [feedUrl, permanentUrl].some(carriesSecret)) return undefined;
  try {
    const url = normalizeFeedUrl(permanentUrl);
    return url === feedUrl ? undefined : url;
  } catch {
    return undefined;
  }
}
