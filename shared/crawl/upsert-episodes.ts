import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";
import type { FeedEpisode } from "../feed/model.ts";

export type UpsertResult = { numInserted: number; numUpdated: number; refused: FeedEpisode[] };

// About 2 MB of JSON per statement with long show notes, and far fewer round trips than rows.
const BATCH_SIZE = 250;

/**
 * Inserts a feed's episodes and rewrites those whose content differs; unchanged rows are not written. Call it in a
 * transaction. An episode whose data Postgres refuses is left out and returned.
 *
 * Content differs if its digest does. With `comparesColumns`, which reads whole rows, it also differs if any stored
 * column does.
 */
export async function upsertEpisodes(db: Database, { episodes, ...options }: Batch): Promise<UpsertResult> {
  const total: UpsertResult = { numInserted: 0, numUpdated: 0, refused: [] };
  for (let i = 0; i < episodes.length; i += BATCH_SIZE) {
    const result = await upsertBatch(db, { ...options, episodes: episodes.slice(i, i + BATCH_SIZE) });
    total.numInserted += result.numInserted;
    total.numUpdated += result.numUpdated;
    total.refused.push(...result.refused);
  }
  return total;
}

type Batch = { podcastId: number; episodes: readonly FeedEpisode[]; comparesColumns?: boolean };

/** Halves a refused batch until the refused episodes are alone. */
async function upsertBatch(db: Database, batch: Batch): Promise<UpsertResult> {
  const { episodes } = batch;
  try {
    const counts = await db.repeatable.transaction((savepoint) => upsertRows(savepoint, batch));
    return { ...counts, refused: [] };
  } catch (error) {
    // Class 22 data exception, 23 constraint violation, 54 limit exceeded: the data of some row is at fault.
    if (!/^(22|23|54)/.test(errorCodeOf(error) ?? "")) throw error;
    if (episodes.length === 1) return { numInserted: 0, numUpdated: 0, refused: [...episodes] };
    const middle = Math.ceil(episodes.length / 2);
    const left = await upsertBatch(db, { ...batch, episodes: episodes.slice(0, middle) });
    const right = await upsertBatch(db, { ...batch, episodes: episodes.slice(middle) });
    return {
      numInserted: left.numInserted + right.numInserted,
      numUpdated: left.numUpdated + right.numUpdated,
      refused: [...left.refused, ...right.refused],
    };
  }
}

async function upsertRows(db: Database, { podcastId, episodes, comparesColumns }: Batch) {
  const [row] = await db.repeatable.execute<{ num_inserted: number; num_updated: number }>(sql`
    with item as (
      select * from jsonb_to_recordset(${JSON.stringify(episodes.map(toRow))}::jsonb) as i(
        position int, guid text, "guidSha256" text, "itemSha256" text, title text, "publishedAt" timestamptz,
        "descriptionSource" text, "descriptionHtml" text, author text, "linkUrl" text, "imageUrl" text,
        "mediaUrl" text, "mediaType" text, "mediaBytes" bigint, "durationSeconds" int, "isExplicit" boolean,
        "isBlocked" boolean, season int, "seasonName" text, "episodeNumber" float8, "episodeDisplay" text,
        "episodeType" text, chapters jsonb, namespace jsonb)
    ), written as (
      insert into episode as e (
        podcast_id, guid, guid_sha256, item_sha256, title, published_at,
        description_source, description_html, author, link_url, image_url,
        media_url, media_type, media_bytes, duration_seconds, is_explicit,
        is_blocked, season, season_name, episode_number, episode_display,
        episode_type, chapters, namespace)
      select
        ${podcastId}::bigint, i.guid, decode(i."guidSha256", 'hex'), decode(i."itemSha256", 'hex'), i.title,
        coalesce(i."publishedAt", old.published_at,
          date_trunc('second', podcore_now()) - i.position * interval '1 second'),
        i."descriptionSource", i."descriptionHtml", i.author, i."linkUrl", i."imageUrl",
        i."mediaUrl", i."mediaType", i."mediaBytes", i."durationSeconds", i."isExplicit",
        i."isBlocked", i.season, i."seasonName", i."episodeNumber", i."episodeDisplay",
        i."episodeType", i.chapters, i.namespace
      from item i
      left join episode old on old.podcast_id = ${podcastId}::bigint and old.guid_sha256 = decode(i."guidSha256", 'hex')
      where old.id is null or old.item_sha256 <> decode(i."itemSha256", 'hex')${comparesColumns ? sql` or ${DIFFERS}` : sql``}
      order by i.position desc
      on conflict on constraint episode_podcast_id_guid_unique do update set
        guid = excluded.guid, item_sha256 = excluded.item_sha256, title = excluded.title,
        published_at = excluded.published_at, description_source = excluded.description_source,
        description_html = excluded.description_html, author = excluded.author, link_url = excluded.link_url,
        image_url = excluded.image_url, media_url = excluded.media_url, media_type = excluded.media_type,
        media_bytes = excluded.media_bytes, duration_seconds = excluded.duration_seconds,
        is_explicit = excluded.is_explicit, is_blocked = excluded.is_blocked, season = excluded.season,
        season_name = excluded.season_name, episode_number = excluded.episode_number,
        episode_display = excluded.episode_display, episode_type = excluded.episode_type,
        chapters = excluded.chapters, namespace = excluded.namespace, updated_at = podcore_now()
      returning xmax = 0 as is_new
    )
    select count(*) filter (where is_new)::int as num_inserted, count(*) filter (where not is_new)::int as num_updated
    from written`);
  return { numInserted: row?.num_inserted ?? 0, numUpdated: row?.num_updated ?? 0 };
}

/** True if any column of a stored row differs from its item. For an item without a date, the stored date stands. */
const DIFFERS: SQL = sql.raw(`(
  old.guid, old.title, old.published_at, old.description_source, old.description_html, old.author, old.link_url,
  old.image_url, old.media_url, old.media_type, old.media_bytes, old.duration_seconds, old.is_explicit,
  old.is_blocked, old.season, old.season_name, old.episode_number, old.episode_display,
  old.episode_type, old.chapters, old.namespace
) is distinct from (
  i.guid, i.title, coalesce(i."publishedAt", old.published_at), i."descriptionSource", i."descriptionHtml", i.author, i."linkUrl",
  i."imageUrl", i."mediaUrl", i."mediaType", i."mediaBytes", i."durationSeconds", i."isExplicit",
  i."isBlocked", i.season, i."seasonName", i."episodeNumber", i."episodeDisplay",
  i."episodeType", i.chapters, i.namespace)`);

/** The digest excludes an episode's position in the feed, so a new item at the top changes no other row. */
function toRow({ guidSha256, position, ...episode }: FeedEpisode) {
  const itemSha256 = createHash("sha256").update(JSON.stringify(episode)).digest("hex");
  return { ...episode, position, guidSha256: guidSha256.toString("hex"), itemSha256 };
}
