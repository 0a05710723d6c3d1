import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import { findPathToken } from "../fetch/path-token.ts";
import { redactPaths } from "../fetch/redact.ts";
import type { Claim } from "./claim-due-podcasts.ts";

/**
 * Records the permanent redirect that a crawl saw (301 or 308 on every hop, RFC 9110 15.4.2). Makes its target the
 * feed's URL once the same redirect to the same show was seen often and long enough, so that a host that is broken or
 * hijacked for a day moves no feed. A URL that carries a secret stays as its owner entered it.
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
  // Two of our podcasts have become one feed. An operator must decide which to keep.
  else ctx.log.warn("Feed not moved: another podcast has that URL", { feed_url: feedUrl });
}

function usableUrl(feedUrl: string, permanentUrl: string | undefined): string | undefined {
  if (permanentUrl === undefined || [feedUrl, permanentUrl].some(carriesSecret)) return undefined;
  // The feed's URL is public, so it must not become one that may be a subscriber's own.
  if (findPathToken(permanentUrl) !== undefined && findPathToken(feedUrl) === undefined) return undefined;
  try {
    const url = normalizeFeedUrl(permanentUrl);
    return url === feedUrl ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * Makes `feedUrl` the current URL of a podcast's feed. The podcast stays known by the previous URL.
 *
 * @returns false if the URL belongs to another podcast; nothing is changed then
 */
async function moveFeedLocation(
  db: Database,
  { podcastId, feedUrl }: { podcastId: number; feedUrl: string },
): Promise<boolean> {
  return db.repeatable.transaction(async (tx) => {
    await tx.repeatable.execute(sql`
      insert into podcast_feed_location (podcast_id, feed_url, is_current)
      values (${podcastId}::bigint, ${feedUrl}::text, false) on conflict (feed_url) do nothing`);
    const own = await tx.repeatable.execute(sql`
      select from podcast_feed_location where feed_url = ${feedUrl}::text and podcast_id = ${podcastId}::bigint`);
    if (own.length === 0) return false;
    await tx.repeatable.execute(sql`
      update podcast_feed_location set is_current = false where podcast_id = ${podcastId}::bigint and is_current`);
    await tx.repeatable.execute(
      sql`update podcast_feed_location set is_current = true where feed_url = ${feedUrl}::text`,
    );
    await tx.repeatable.execute(sql`
      update podcast_crawl set host = ${hostKeyOf(feedUrl)}::text, moved_to_url = null, moved_since = null, moved_identity = null, num_moves_seen = 0
      where podcast_id = ${podcastId}::bigint`);
    return true;
  });
}

// A mistaken redirect, or one by a person who took over the domain, rarely lasts a week.
const SETTLED_AFTER = "7 days";
// Requires five sightings, since a week without crawls proves nothing.
const NUM_SEEN = 5;

/**
 * Records the permanent redirect that a crawl saw, or undefined if it saw none. A different target, or a different
 * show, starts the count anew.
 *
 * @returns true if the move is settled: same target and same show, at least five times over at least a week
 */
export async function recordMove(db: Database, claim: Claim, movedToUrl: string | undefined): Promise<boolean> {
  const isSame = sql`c.moved_to_url is not distinct from ${movedToUrl ?? null}::text
    and c.moved_identity is not distinct from ${claim.identity}::text`;
  const [row] = await db.once.execute<{ is_settled: boolean }>(sql`
    update podcast_crawl c set
      moved_to_url = ${movedToUrl ?? null}::text,
      moved_identity = case when ${movedToUrl ?? null}::text is not null then ${claim.identity}::text end,
      moved_since = case when ${movedToUrl ?? null}::text is null then null
        when ${isSame} then c.moved_since else podcore_now() end,
      num_moves_seen = case when ${movedToUrl ?? null}::text is null then 0
        when ${isSame} then c.num_moves_seen + 1 else 1 end
    from podcast p
    where c.podcast_id = ${claim.podcastId}::bigint and c.lease_token = ${claim.leaseToken}::bigint and p.id = c.podcast_id
    returning c.num_moves_seen >= ${NUM_SEEN}::int
      and c.moved_since <= podcore_now() - ${SETTLED_AFTER}::interval
      and coalesce(p.podcast_guid, p.title) = c.moved_identity as is_settled`);
  return row?.is_settled ?? false;
}
