import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import type { StoredShow } from "./compare-shows.ts";

// Number of newest episodes to compare of the new feed. Different shows of one network share fewer than half of them.
const NUM_NEWEST = 10;
// Number of newest episodes to compare of a show that was taken down. More than NUM_NEWEST, because it is no longer
// crawled, so a copy that continues has newer episodes.
const NUM_KEPT = 100;
// Shorter GUIDs are often plain numbers, which different shows share.
const GUID_MIN = 8;

type Show = Pick<Feed, "podcastGuid" | "episodes">;

/**
 * Finds a copy of this show that was taken down, at any URL, and returns the reason for the takedown. A copy has the
 * same podcast:guid, or at least half of this show's newest episodes by GUID or media URL. Returns undefined if there
 * is none.
 */
export async function findTakedownOfShow(db: Database, { podcastGuid, episodes }: Show): Promise<string | undefined> {
  const newest = newestOf(episodes);
  const items = JSON.stringify(newest.map((episode) => ({ guid: guidOf(episode), media: episode.mediaUrl })));
  const [row] = await db.repeatable.execute<{ reason: string }>(sql`
    with item as (select * from jsonb_to_recordset(${items}::jsonb) as i(guid text, media text))
    select p.taken_down_reason as reason from podcast p
    where p.taken_down_at is not null and (
      p.podcast_guid = ${podcastGuid ?? null}::text
      or ${newest.length}::int between 1 and 2 * (
        select count(*) from item where exists (
          select from (
            select e.guid_sha256, e.media_url from episode e where e.podcast_id = p.id
            order by e.published_at desc nulls first, e.id desc nulls first limit ${NUM_KEPT}::int
          ) kept where kept.guid_sha256 = decode(item.guid, 'hex') or kept.media_url = item.media)))
    limit 1`);
  return row?.reason;
}

/**
 * Returns what a podcast's feed brings that may be a show that was taken down: another podcast:guid than before, and its
 * episodes if at least half of the newest are unknown. Of what was known before, the podcast may be the original, and what
 * was taken down a copy. Undefined if there is nothing of the kind.
 */
export function newsOf(stored: StoredShow, { podcastGuid, episodes }: Show): Show | undefined {
  const known = new Set(stored.episodes.flatMap((episode) => [guidOf(episode), episode.mediaUrl]));
  const newest = newestOf(episodes);
  const unknown = newest.filter((episode) => !known.has(guidOf(episode) ?? "") && !known.has(episode.mediaUrl));
  const news = {
    podcastGuid: podcastGuid === stored.podcastGuid ? undefined : podcastGuid,
    episodes: unknown.length * 2 >= newest.length ? newest : [],
  };
  return news.podcastGuid === undefined && news.episodes.length === 0 ? undefined : news;
}

function newestOf(episodes: Feed["episodes"]): Feed["episodes"] {
  return episodes
    .toSorted((a, b) => (b.publishedAt?.getTime() ?? 0) - (a.publishedAt?.getTime() ?? 0))
    .slice(0, NUM_NEWEST);
}

function guidOf({ guid, guidSha256 }: Pick<Feed["episodes"][number], "guid" | "guidSha256">): string | null {
  return guid.length < GUID_MIN ? null : guidSha256.toString("hex");
}
