import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

// With each crawl of a followed podcast. Older episodes are fetched when somebody opens them.
const NUM_NEWEST = 10;
// A host that signs its links anew with each request would otherwise be asked with each crawl.
const LINKS_AFTER = "1 hour";
// Items change for other reasons, too, such as their title. Most requests are then answered with 304.
const ITEM_AFTER = "1 day";
// Publishers correct transcripts, and do not always change the item.
const OPENED_AFTER = "30 days";
// A job is retried for two days at most. One that is older was parked or lost.
const LOST_AFTER = "3 days";
/** How long a file is kept from its last check, if nobody follows the podcast. An episode that is opened is checked monthly. */
export const FILE_KEPT_FOR = "3 months";

/**
 * Enqueues the jobs that fetch chapters and transcripts of a podcast's newest episodes, if an account follows it: those
 * that are new, have other links, or whose items have changed. @returns how many it enqueued
 */
export async function requestNewestFiles(db: Database, { podcastId }: { podcastId: number }): Promise<number> {
  return request(
    db,
    sql`
      select * from episode
      where podcast_id = ${podcastId}::bigint and exists (
        select from account_podcast a where a.podcast_id = ${podcastId}::bigint
          and a.subscribed_at is not null and a.unsubscribed_at is null)
      order by published_at desc nulls first, id desc nulls first
      limit ${NUM_NEWEST}::int`,
  );
}

/** Enqueues the jobs that fetch an episode's chapters and transcript. @returns how many it enqueued */
export async function requestEpisodeFiles(db: Database, { episodeId }: { episodeId: number }): Promise<number> {
  return request(db, sql`select * from episode where id = ${episodeId}::bigint`);
}

/**
 * The files that should be fetched now, as a query with `episode_id`, `kind`, `links` and `item_sha256`: never fetched, or
 * not lately, and not waiting for a job or for the end of a back-off.
 *
 * @param episodes a query for rows of `episode`
 */
export function wantedFiles(episodes: SQL): SQL {
  return sql`
    select e.id as episode_id, link.kind, link.links, e.item_sha256
    from (${episodes}) e
    cross join lateral (values
      ('chapters', e.namespace -> 'chapters'), ('transcript', nullif(e.namespace -> 'transcripts', '[]'::jsonb))
    ) link (kind, links)
    left join episode_file f on f.episode_id = e.id and f.kind = link.kind
    where link.links is not null and (f.episode_id is null or ${isIdle(sql`f`)} and case
      when f.checked_at is null then true
      when f.links <> link.links then f.checked_at <= podcore_now() - ${LINKS_AFTER}::interval
      when f.num_failures > 0 then f.retry_at <= podcore_now()
      else f.checked_at <= podcore_now() -
        case when f.item_sha256 <> e.item_sha256 then ${ITEM_AFTER}::interval else ${OPENED_AFTER}::interval end
    end)`;
}

/** At most one job for each file, however many requests come at once. Repeating this enqueues nothing more. */
async function request(db: Database, episodes: SQL): Promise<number> {
  const rows = await db.repeatable.execute(sql`
    with wanted as (${wantedFiles(episodes)}), requested as (
      insert into episode_file as f (episode_id, kind, links, item_sha256, requested_at, kept_until)
      select episode_id, kind, links, item_sha256, podcore_now(), podcore_now() + ${FILE_KEPT_FOR}::interval
      from wanted order by episode_id, kind
      on conflict (episode_id, kind) do update set
        links = excluded.links, item_sha256 = excluded.item_sha256, requested_at = excluded.requested_at,
        kept_until = greatest(f.kept_until, excluded.kept_until)
      where ${isIdle(sql`f`)}
      returning episode_id, kind
    )
    insert into job (name, args)
    select 'episode_file', jsonb_build_object('episodeId', episode_id, 'kind', kind) from requested
    order by episode_id desc, kind
    returning 1`);
  return rows.length;
}

/** True for a file that no job is to fetch. */
function isIdle(file: SQL): SQL {
  return sql`(${file}.requested_at is null or ${file}.requested_at <= podcore_now() - ${LOST_AFTER}::interval)`;
}
