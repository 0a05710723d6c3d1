import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { errorCodeOf } from "../../db/failure.ts";
import type { Database } from "../../db/pool.ts";
import type { Feed, FeedEpisode } from "../../feed/model.ts";
import { markAbsent } from "./mark-absent.ts";
import { type PlannedEpisode, planEpisodes } from "./plan-episodes.ts";

export type UpsertResult = {
  numInserted: number;
  numUpdated: number;
  /** The feed's dates of the inserted episodes. */
  insertedDates: (Date | undefined)[];
  refused: FeedEpisode[];
};

// Far fewer round trips than rows.
const BATCH_SIZE = 250;
// Writing this much JSON blocks the event loop for about 10 ms. 250 items of a real feed have 1 MB together.
const BATCH_LENGTH = 1_000_000;

type Show = {
  podcastId: number;
  feed: Feed;
  comparesColumns?: boolean;
  /**
   * The feed is a later page. Its episodes then count as stored with their podcast, so that they are new to no subscriber.
   */
  isLaterPage?: boolean;
};

/**
 * Inserts a feed's episodes and rewrites those whose content differs; unchanged rows are not written. Episodes that the
 * feed no longer lists are kept and marked. Call it in a transaction that holds the podcast's lease. An episode whose
 * data Postgres refuses is left out and returned.
 *
 * Content differs if its digest does. With `comparesColumns`, which reads whole rows, it also differs if any stored
 * column does.
 */
export async function upsertEpisodes(db: Database, { podcastId, feed, ...options }: Show): Promise<UpsertResult> {
  const { isLaterPage } = options;
  const planned = await planEpisodes(db, { podcastId, feed, isLaterPage });
  const total: UpsertResult = { numInserted: 0, numUpdated: 0, insertedDates: [], refused: [] };
  for (const rows of inBatches(planned)) {
    const result = await upsertBatch(db, { ...options, podcastId, rows });
    total.numInserted += result.numInserted;
    total.numUpdated += result.numUpdated;
    total.insertedDates.push(...result.insertedDates);
    total.refused.push(...result.refused);
  }
  await markAbsent(db, { podcastId, feed, isLaterPage });
  return total;
}

/** A planned episode and its row as JSON. */
type Row = { planned: PlannedEpisode; json: string };

/** Writes rows only when a batch is requested, so that the event loop continues between batches. */
function* inBatches(planned: readonly PlannedEpisode[]): Generator<Row[]> {
  let rows: Row[] = [];
  let length = 0;
  for (const one of planned) {
    const json = JSON.stringify(toRow(one));
    if (rows.length === BATCH_SIZE || (rows.length > 0 && length + json.length > BATCH_LENGTH)) {
      yield rows;
      rows = [];
      length = 0;
    }
    rows.push({ planned: one, json });
    length += json.length;
  }
  if (rows.length > 0) yield rows;
}

type Batch = Pick<Show, "podcastId" | "comparesColumns" | "isLaterPage"> & { rows: readonly Row[] };

/** Halves a refused batch until the refused episodes are alone. */
async function upsertBatch(db: Database, batch: Batch): Promise<UpsertResult> {
  const { rows } = batch;
  try {
    const counts = await db.repeatable.transaction((savepoint) => upsertRows(savepoint, batch));
    const inserted = rows.filter(({ planned }) => planned.rowId === undefined);
    return { ...counts, insertedDates: inserted.map(({ planned }) => planned.episode.publishedAt), refused: [] };
  } catch (error) {
    // Class 22 data exception, 23 constraint violation, 54 limit exceeded: the data of some row is at fault.
    if (!/^(22|23|54)/.test(errorCodeOf(error) ?? "")) throw error;
    if (rows.length === 1) {
      return { numInserted: 0, numUpdated: 0, insertedDates: [], refused: rows.map(({ planned }) => planned.episode) };
    }
    const middle = Math.ceil(rows.length / 2);
    const left = await upsertBatch(db, { ...batch, rows: rows.slice(0, middle) });
    const right = await upsertBatch(db, { ...batch, rows: rows.slice(middle) });
    return {
      numInserted: left.numInserted + right.numInserted,
      numUpdated: left.numUpdated + right.numUpdated,
      insertedDates: [...left.insertedDates, ...right.insertedDates],
      refused: [...left.refused, ...right.refused],
    };
  }
}

// Columns that the feed fills, but for the dates: the name, the name in the item's JSON, and the type.
const COLUMNS: readonly [string, keyof ReturnType<typeof toRow>, string][] = [
  ["guid", "guid", "text"],
  ["guid_sha256", "guidSha256", "text"],
  ["item_sha256", "itemSha256", "text"],
  ["title", "title", "text"],
  ["announced_for", "announcedFor", "timestamptz"],
  ["description_source", "descriptionSource", "text"],
  ["description_html", "descriptionHtml", "text"],
  ["author", "author", "text"],
  ["link_url", "linkUrl", "text"],
  ["image_url", "imageUrl", "text"],
  ["media_url", "mediaUrl", "text"],
  ["media_type", "mediaType", "text"],
  ["media_bytes", "mediaBytes", "bigint"],
  ["duration_seconds", "durationSeconds", "int"],
  ["is_explicit", "isExplicit", "boolean"],
  ["is_blocked", "isBlocked", "boolean"],
  ["season", "season", "int"],
  ["season_name", "seasonName", "text"],
  ["episode_number", "episodeNumber", "float8"],
  ["episode_display", "episodeDisplay", "text"],
  ["episode_type", "episodeType", "text"],
  ["chapters", "chapters", "jsonb"],
  ["namespace", "namespace", "jsonb"],
  ["extras", "extras", "jsonb"],
];
const NAMES = sql.raw(COLUMNS.map(([name]) => name).join(", "));
const STORED = sql.raw(COLUMNS.map(([name]) => `e.${name}`).join(", "));
const FIELDS = sql.raw(COLUMNS.map(([, field, type]) => `"${field}" ${type}`).join(", "));
const VALUES = sql.raw(
  COLUMNS.map(([name, field]) => (name.endsWith("_sha256") ? `decode(i."${field}", 'hex')` : `i."${field}"`)).join(
    ", ",
  ),
);
// For an item without a date, the stored one stands. Code from before the column announced_for stored future dates.
const STORED_DATE = sql.raw(`coalesce(i."publishedAt", least(e.published_at, podcore_now()))`);

async function upsertRows(db: Database, { podcastId, rows, comparesColumns, isLaterPage }: Batch) {
  const createdAt = isLaterPage
    ? sql`(select created_at from podcast where id = ${podcastId}::bigint)`
    : sql`podcore_now()`;
  const differs: SQL = comparesColumns
    ? sql`(${STORED}, e.published_at) is distinct from (${VALUES}, ${STORED_DATE})`
    : sql`e.item_sha256 <> decode(i."itemSha256", 'hex') or e.guid_sha256 <> decode(i."guidSha256", 'hex')`;
  const [row] = await db.repeatable.execute<{ num_inserted: number; num_updated: number }>(sql`
    with item as (
      select * from jsonb_to_recordset(${`[${rows.map(({ json }) => json).join(",")}]`}::jsonb) as i(
        position int, "rowId" bigint, "publishedAt" timestamptz, "fallbackAt" timestamptz, ${FIELDS})
    ), updated as (
      update episode e set
        (${NAMES}, published_at, updated_at) = row(${VALUES}, ${STORED_DATE}, podcore_now())
      from item i
      where e.id = i."rowId" and (${differs})
      returning 1
    ), inserted as (
      insert into episode (podcast_id, ${NAMES}, published_at, created_at)
      select ${podcastId}::bigint, ${VALUES}, coalesce(i."publishedAt", i."fallbackAt"), ${createdAt}
      from item i
      where i."rowId" is null
      order by i.position desc
      returning 1
    )
    select (select count(*)::int from inserted) as num_inserted, (select count(*)::int from updated) as num_updated`);
  return { numInserted: row?.num_inserted ?? 0, numUpdated: row?.num_updated ?? 0 };
}

/** The digest excludes an episode's position in the feed, so a new item at the top changes no other row. */
function toRow({ episode: { guidSha256, position, ...episode }, dates, rowId }: PlannedEpisode) {
  const itemSha256 = createHash("sha256").update(JSON.stringify(episode)).digest("hex");
  return { ...episode, ...dates, rowId, position, guidSha256: guidSha256.toString("hex"), itemSha256 };
}
