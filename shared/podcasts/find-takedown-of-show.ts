import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Feed } from "../feed/model.ts";

// Of the new feed. Half of them is more than two shows of one network share.
const NUM_NEWEST = 10;
// Of a show that was taken down, which is not crawled: where a copy goes on for a while, its newest are not the same.
const NUM_KEPT = 100;
// Shorter ones are numbers, which every other show has as well.
const GUID_MIN = 8;

type Show = Pick<Feed, "podcastGuid" | "episodes">;

/**
 * Returns why a show was taken down that is the same as this one, whatever URL it comes from: it has the same
 * podcast:guid, or half of this one's newest episodes, by their guids or media. Undefined if none was.
 */
export async function findTakedownOfShow(db: Database, { podcastGuid, episodes }: Show): Promise<string | undefined> {
  const newest = episodes
    .toSorted((a, b) => (b.publishedAt?.getTime() ?? 0) - (a.publishedAt?.getTime() ?? 0))
    .slice(0, NUM_NEWEST);
  const items = JSON.stringify(
    newest.map(({ guid, guidSha256, mediaUrl }) => ({
      guid: guid.length < GUID_MIN ? null : guidSha256.toString("hex"),
      media: mediaUrl,
    })),
  );
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
