import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { isAnyOf } from "../../db/any-of.ts";
import type { Database } from "../../db/pool.ts";
import { podcastFeedLocation } from "../../db/schema.ts";
import { notFoundGeneral, UserError } from "../../errors.ts";
import { sameFeedUrls } from "../../fetch/same-feed-urls.ts";
import * as podcastAdder from "../podcast-adder.ts";

export type Decision = "same" | "other";
type Params = { podcastId: number; decision: Decision };
/** `added`: the found show as a podcast of its own. `error`: why it could not be added; then add it by its URL. */
export type ResolveResult = Params & { added?: podcastAdder.AddResult; error?: string };

/**
 * Decides about another show at a podcast's address. `same`: the podcast becomes what is there, with the next crawl.
 * `other`: the podcast stays as it is and loses the address, which is kept as its history; the found show is added as a
 * podcast of its own. If adding it fails, the decision stands, and the same call tries again.
 *
 * @throws UserError 404 if no other show was found at the podcast's address, or it was decided otherwise
 */
export async function run(ctx: Context, { podcastId, decision }: Params): Promise<ResolveResult> {
  const decided = await ctx.db.repeatable.transaction((tx) => decide(tx, { podcastId, decision }));
  if (decided === undefined)
    throw notFoundGeneral(`podcast "${podcastId}" has no other show at its address that waits for a decision`);
  ctx.log.info("Podcast resolved", { podcast_id: podcastId, decision });
  if (decision === "same") return { podcastId, decision };
  try {
    // A private feed's address is a secret, whoever's show is there.
    const added = await podcastAdder.run(ctx, { url: decided.feedUrl, ...(decided.isPrivate && { isPrivate: true }) });
    return { podcastId, decision, added };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { podcastId, decision, error: error.message };
  }
}

type Decided = { feedUrl: string; isPrivate: boolean };

/** Records a decision and what follows from it, once. @returns undefined if there is nothing to decide */
async function decide(tx: Database, { podcastId, decision }: Params): Promise<Decided | undefined> {
  // In the same order as storing a feed.
  await tx.repeatable.execute(sql`
    select from podcast_crawl where podcast_id = ${podcastId}::bigint for update`);
  // The last decision counts too, so that a call can be repeated.
  const [row] = await tx.repeatable.execute<{
    id: string;
    feed_url: string;
    decision: string | null;
    is_private: boolean;
  }>(
    sql`
      select q.id, q.feed_url, q.decision, p.is_private
      from podcast_quarantine q join podcast p on p.id = q.podcast_id
      where q.podcast_id = ${podcastId}::bigint and p.taken_down_at is null and p.merged_at is null
      order by q.decision is not null, q.decided_at desc
      limit 1`,
  );
  if (row === undefined || (row.decision !== null && row.decision !== decision)) return undefined;
  const decided = { feedUrl: row.feed_url, isPrivate: row.is_private };
  if (row.decision !== null) return decided;
  await tx.repeatable.execute(sql`
    update podcast_quarantine set decision = ${decision}::text, decided_at = podcore_now() where id = ${row.id}::bigint`);
  if (decision === "other") await loseAddress(tx, { podcastId, feedUrl: row.feed_url });
  // Ends a crawl in flight, which still goes by the old address or the old identity. A podcast that has moved since has
  // another address.
  const dueAt = sql`case when exists (
    select from podcast_feed_location where podcast_id = ${podcastId}::bigint and is_current) then podcore_now() else 'infinity' end`;
  await tx.repeatable.execute(sql`
    update podcast_crawl set lease_token = lease_token + 1, lease_expires_at = null, due_at = ${dueAt},
      etag = null, last_modified = null
    where podcast_id = ${podcastId}::bigint`);
  return decided;
}

/** Deletes a podcast's address, however it is written: by any other spelling, adding it would find the podcast again. */
async function loseAddress(
  tx: Database,
  { podcastId, feedUrl }: { podcastId: number; feedUrl: string },
): Promise<void> {
  const locations = await tx.repeatable.execute<{ id: string; feed_url: string }>(sql`
    select id, feed_url from podcast_feed_location where podcast_id = ${podcastId}::bigint`);
  const same = new Set(sameFeedUrls(feedUrl));
  const lost = locations.filter((location) => sameFeedUrls(location.feed_url).some((url) => same.has(url)));
  const ids = lost.map(({ id }) => Number(id));
  await tx.repeatable.delete(podcastFeedLocation).where(isAnyOf(podcastFeedLocation.id, ids));
}
