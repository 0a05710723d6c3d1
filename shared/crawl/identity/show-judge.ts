import type { Context } from "../../context.ts";
import { redactPaths } from "../../fetch/redact.ts";
import type { Claim } from "../claim-due-podcasts.ts";
import { RetrievalError } from "../feed-retriever.ts";
import { compareShows, isAcceptedShow, type Verdict } from "./compare-shows.ts";
import { findStoredShow, type KnownShow } from "./find-stored-show.ts";
import { findTakedownOfShow, newsOf } from "./find-takedown-of-show.ts";
import { type Found, recordQuarantine } from "./quarantine.ts";

/**
 * Compares the feed that a crawl has read with what is stored about its podcast, before anything of it is stored.
 * Records another show for the operator. The show that the operator has accepted is the same until it is stored, also if
 * its title or its episodes have changed since.
 *
 * @throws RetrievalError if the feed has become a show that was taken down
 */
export async function run(ctx: Context, { claim, found }: { claim: Claim; found: Found }): Promise<Verdict> {
  const stored = await findStoredShow(ctx.db, claim.podcastId);
  // Removed in the meantime: storing it fails with the lease.
  if (stored === undefined) return "same";
  const verdict = await judge(ctx, { claim, found, stored });
  const news = verdict === "same" ? newsOf(stored, found.feed) : undefined;
  if (news !== undefined && (await findTakedownOfShow(ctx.db, news)) !== undefined)
    throw new RetrievalError("The feed is now a podcast that the operator has taken down");
  return verdict;
}

type Case = { claim: Claim; found: Found; stored: KnownShow };
async function judge(ctx: Context, { claim, found, stored }: Case): Promise<Verdict> {
  const { feed, foundUrl } = found;
  const verdict = await compareShows(stored, feed);
  if (verdict !== "other") {
    if (verdict === "hollow") ctx.log.info("Feed is hollow", { num_items: feed.episodes.length });
    return verdict;
  }
  const { accepted } = stored;
  if (accepted !== undefined && isAcceptedShow(accepted, feed)) return "same";
  const isNew = await recordQuarantine(ctx.db, claim, found);
  if (isNew)
    ctx.log.warn("Another show is at the feed's address", {
      ...(!claim.isPrivate && { stored_title: stored.title, found_title: feed.title, found_guid: feed.podcastGuid }),
      feed_url: claim.isPrivate ? redactPaths(foundUrl) : foundUrl,
    });
  return "other";
}
