import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Claim } from "./claim-due-podcasts.ts";

// A redirect that was set by mistake, or by who has caught the host's name, is seldom there for a week.
const SETTLED_AFTER = "7 days";
// So that a week without crawls is no week of observing.
const NUM_SEEN = 5;

/**
 * Takes down where a podcast's feed has moved to for good, as one crawl was told; undefined where it was told of no
 * move. Another place, or another show at it, is observed from the start.
 *
 * @returns whether the move is settled: the same place and the same show, at least five times over at least a week
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
