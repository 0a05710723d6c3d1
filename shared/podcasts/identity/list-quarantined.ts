import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { redactUrl } from "../../fetch/redact.ts";

/** A podcast that waits for the operator, and why. */
export type Quarantined = { podcastId: number; title: string; feedUrl: string | null } & (
  | { kind: "other-show"; found: FoundShow }
  /** The feed has had no episodes or no title, although some are known. */
  | { kind: "hollow"; since: string }
  /** Podcasts with the same podcast:guid that were not merged: their episodes differ, or one is a copy. */
  | { kind: "same-guid"; podcastGuid: string; otherIds: number[] }
);
type FoundShow = {
  url: string;
  title: string;
  author: string | null;
  podcastGuid: string | null;
  numItems: number;
  since: string;
  lastSeenAt: string;
};

type Row = { id: string; title: string; is_private: boolean; feed_url: string | null; kind: string; details: unknown };

// More than an operator resolves at once. Those that have waited longest come first, and hollow feeds last: they are many
// when a large host breaks, and most of them recover.
const MAX_ROWS = 500;

/** Lists what waits for the operator: other shows at a podcast's address, hollow feeds, and equal GUIDs. */
export async function listQuarantined(db: Database): Promise<Quarantined[]> {
  const rows = await db.repeatable.execute<Row>(sql`
    with flagged as (
      select podcast_id, 'other-show' as kind, since, jsonb_build_object('found', jsonb_build_object(
        'url', found_url, 'title', title, 'author', author, 'podcastGuid', podcast_guid, 'numItems', num_items,
        'since', since, 'lastSeenAt', last_seen_at)) as details
      from podcast_quarantine where decision is null
      union all
      select podcast_id, 'hollow', hollow_since, jsonb_build_object('since', hollow_since)
      from podcast_crawl where hollow_since is not null
      union all
      select p.id, 'same-guid', p.created_at, jsonb_build_object('podcastGuid', p.podcast_guid,
        'otherIds', (select jsonb_agg(id order by id) from unnest(shared.ids) as id where id <> p.id))
      from (
        select podcast_guid, array_agg(id) as ids from podcast
        where podcast_guid is not null and not is_private and taken_down_at is null and merged_at is null
        group by podcast_guid having count(*) > 1
      ) shared
      join podcast p on p.id = any(shared.ids)
    )
    select p.id, p.title, p.is_private, l.feed_url, f.kind, f.details
    from flagged f
    join podcast p on p.id = f.podcast_id and p.taken_down_at is null and p.merged_at is null
    left join podcast_feed_location l on l.podcast_id = p.id and l.is_current
    order by array_position(array['other-show', 'same-guid', 'hollow'], f.kind), f.since, p.id
    limit ${MAX_ROWS}::int`);
  return rows.map(toQuarantined);
}

function toQuarantined({ id, title, is_private: isPrivate, feed_url: feedUrl, kind, details }: Row): Quarantined {
  // The statement above builds the details of each kind.
  const shown = {
    podcastId: Number(id),
    title,
    feedUrl: feedUrl && redactUrl(feedUrl, { isPrivate }),
    kind,
    ...(details as object),
  } as Quarantined;
  if (shown.kind === "other-show") shown.found.url = redactUrl(shown.found.url, { isPrivate });
  return shown;
}
