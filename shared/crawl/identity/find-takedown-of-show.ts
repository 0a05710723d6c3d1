import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import type { KnownShow } from "./find-stored-show.ts";

// Number of newest episodes to compare of the new feed. Different shows of one network share fewer than half of them.
const NUM_NEWEST = 10;
// Number of newest episodes to compare of a show that was taken down. More than NUM_NEWEST, because it is no longer
// crawled, so a copy that continues has newer episodes.
const NUM_KEPT = 100;
// Shorter GUIDs are often plain numbers, which different shows share.
const GUID_MIN = 8;

/** A show's podcast:guid and newest episodes. `storedAt`: when the podcast got the episode; undefined if it does now. */
type Show = Pick<Feed, "podcastGuid"> & { episodes: readonly (Feed["episodes"][number] & { storedAt?: Date })[] };

/**
 * Finds a copy of this show that was taken down, at any URL, and returns the reason for the takedown. A copy has the
 * same podcast:guid, or at least half of this show's newest episodes by GUID or media URL. Only those count that the
 * podcast got after the takedown: of earlier ones, it may be the original. Returns undefined if there is none.
 */
export async function findTakedownOfShow(db: Database, { podcastGuid, episodes }: Show): Promise<string | undefined> {
  const newest = newestOf(episodes);
  const items = JSON.stringify(
    newest.map((episode, number) => ({
      ...{ number, guid: guidOf(episode), media: episode.mediaUrl },
      stored: episode.storedAt,
    })),
  );
  const [row] = await db.repeatable.execute<{ reason: string }>(sql`
    with item as (
      select * from jsonb_to_recordset(${items}::jsonb) as i(number int, guid text, media text, stored timestamptz))
    select p.taken_down_reason as reason from podcast p
    where p.taken_down_at is not null and (
      p.podcast_guid = ${podcastGuid ?? null}::text
      or ${newest.length}::int between 1 and 2 * (
        select count(distinct item.number)
        from (
          select e.guid_sha256, e.media_url from episode e where e.podcast_id = p.id
          order by e.published_at desc nulls first, e.id desc nulls first limit ${NUM_KEPT}::int
        ) kept
        join item on kept.guid_sha256 = decode(item.guid, 'hex') or kept.media_url = item.media
        where item.stored is null or item.stored >= p.taken_down_at))
    limit 1`);
  return row?.reason;
}

/**
 * Returns what a podcast's feed brings that may be a show that was taken down: another podcast:guid than before, and its
 * newest episodes if any of them is new. Those that came with earlier crawls have the instant, so that no show is taken
 * over one episode at a time. Undefined if there is nothing of the kind.
 */
export function newsOf(stored: KnownShow, { podcastGuid, episodes }: Pick<Feed, "podcastGuid" | "episodes">) {
  const known = new Map<string | null, Date>(
    stored.episodes.flatMap((episode) => [
      [guidOf(episode), episode.storedAt],
      [episode.mediaUrl, episode.storedAt],
    ]),
  );
  const newest = newestOf(episodes).map((episode) => {
    const storedAt = known.get(guidOf(episode) ?? "") ?? known.get(episode.mediaUrl);
    return storedAt === undefined ? episode : { ...episode, storedAt };
  });
  const news: Show = {
    podcastGuid: podcastGuid === stored.podcastGuid ? undefined : podcastGuid,
    episodes: newest.some((episode) => !("storedAt" in episode)) ? newest : [],
  };
  return news.podcastGuid === undefined && news.episodes.length === 0 ? undefined : news;
}

function newestOf<T extends Pick<Feed["episodes"][number], "publishedAt">>(episodes: readonly T[]): T[] {
  return episodes
    .toSorted((a, b) => (b.publishedAt?.getTime() ?? 0) - (a.publishedAt?.getTime() ?? 0))
    .slice(0, NUM_NEWEST);
}

function guidOf({ guid, guidSha256 }: Pick<Feed["episodes"][number], "guid" | "guidSha256">): string | null {
  return guid.length < GUID_MIN ? null : guidSha256.toString("hex");
}
