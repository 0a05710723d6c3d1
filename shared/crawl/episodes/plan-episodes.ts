import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed, FeedEpisode } from "../../feed/model.ts";
import { type Described, matchEpisodes } from "./match-episodes.ts";
import { type SettledDate, settleDates } from "./settle-dates.ts";

/** An episode of a feed, the dates that it gets, and the stored episode that it is: undefined if it is new. */
export type PlannedEpisode = { episode: FeedEpisode; dates: SettledDate; rowId: number | undefined };
type Show = {
  podcastId: number;
  feed: Pick<Feed, "episodes" | "publishedAt" | "nextPageUrl">;
  /** The feed is a later page, so that nothing of it is news. */
  isLaterPage?: boolean | undefined;
};

/**
 * Decides which stored episode each episode of a feed is, and its dates. An episode is the row with its GUID. Only if
 * there is none, the show's rows that no GUID claims are compared with it. Call it under the podcast's lease.
 */
export async function planEpisodes(
  db: Database,
  { podcastId, feed, isLaterPage = false }: Show,
): Promise<PlannedEpisode[]> {
  const { episodes } = feed;
  const { now, known } = await findKnown(db, { podcastId, keys: keysOf(episodes) });
  const range = isLaterPage || feed.nextPageUrl !== undefined ? datesOf(episodes) : undefined;
  const { renamed, isAnyLeft } = await findRenamed(db, { podcastId, episodes, known, range });
  const found = new Map([...known, ...renamed]);
  const dates = settleDates(
    episodes.map(({ publishedAt }, i) => ({ publishedAt, storedAt: found.get(i)?.publishedAt })),
    { now, channelAt: feed.publishedAt, isKnownShow: !isLaterPage && (known.size > 0 || isAnyLeft) },
  );
  return episodes.flatMap((episode, i) => {
    const own = dates[i];
    return own === undefined ? [] : [{ episode, dates: own, rowId: found.get(i)?.id }];
  });
}

/** Returns episodes' keys as JSON: one parameter for any number. */
export function keysOf(episodes: readonly Pick<FeedEpisode, "guidSha256">[]): string {
  return JSON.stringify(episodes.map(({ guidSha256 }) => guidSha256.toString("hex")));
}

type Stored = { id: number; publishedAt: Date };
type Keys = { podcastId: number; keys: string };

/** Finds the rows that have these keys, by the key's index, and the database's time. */
async function findKnown(db: Database, { podcastId, keys }: Keys): Promise<{ now: Date; known: Map<number, Stored> }> {
  const [row] = await db.repeatable.execute<{ now: string; known: [number, number, number][] }>(sql`
    select podcore_now() as now, coalesce(jsonb_agg(jsonb_build_array(
      k.number - 1, e.id, floor(extract(epoch from e.published_at) * 1000))), '[]') as known
    from jsonb_array_elements_text(${keys}::jsonb) with ordinality as k(key, number)
    join episode e on e.podcast_id = ${podcastId}::bigint and e.guid_sha256 = decode(k.key, 'hex')`);
  if (row === undefined) throw new Error("Cannot find known episodes: Postgres returned no row");
  const known = row.known.map(([index, id, time]): [number, Stored] => [index, { id, publishedAt: new Date(time) }]);
  return { now: new Date(row.now), known: new Map(known) };
}

type Renamed = {
  podcastId: number;
  episodes: readonly FeedEpisode[];
  known: ReadonlyMap<number, Stored>;
  /** Of a page: all other episodes are on other pages. */
  range: { from: string; to: string } | undefined;
};
type Row = {
  id: string;
  title: string;
  feed_date: string;
  published_at: string;
  duration_seconds: number | null;
  media_url: string;
  media_bytes: number | null;
  season: number | null;
  episode_number: number | null;
  is_listed: boolean;
};

/**
 * Finds the rows of episodes whose keys have changed, by the episodes' indexes, and whether any row has none of the keys.
 * Reads nothing if there is a row for each.
 */
async function findRenamed(
  db: Database,
  { podcastId, episodes, known, range }: Renamed,
): Promise<{ renamed: Map<number, Stored>; isAnyLeft: boolean }> {
  const unknown = [...episodes.keys()].filter((i) => !known.has(i));
  if (unknown.length === 0) return { renamed: new Map(), isAnyLeft: false };
  const rows = await db.repeatable.execute<Row>(sql`
    select id, title, coalesce(announced_for, published_at) as feed_date, published_at, duration_seconds, media_url, media_bytes::float8,
      season, episode_number, absent_since is null as is_listed
    from episode e
    where podcast_id = ${podcastId}::bigint and not exists (
      select from jsonb_array_elements_text(${keysOf(episodes)}::jsonb) as k(key)
      where decode(k.key, 'hex') = e.guid_sha256)
      and published_at between coalesce(${range?.from ?? null}::timestamptz, '-infinity') - interval '1 day'
        and coalesce(${range?.to ?? null}::timestamptz, 'infinity') + interval '1 day'`);
  const matches = await matchEpisodes({
    items: unknown.flatMap((i): Described[] => (episodes[i] === undefined ? [] : [{ ...episodes[i], isListed: true }])),
    rows: rows.map(describe),
    otherTitles: episodes.filter((_, i) => known.has(i)).map(({ title }) => title),
  });
  const renamed = new Map(
    [...matches].flatMap(([item, row]): [number, Stored][] => {
      const [index, stored] = [unknown[item], rows[row]];
      if (index === undefined || stored === undefined) return [];
      return [[index, { id: Number(stored.id), publishedAt: new Date(stored.published_at) }]];
    }),
  );
  return { renamed, isAnyLeft: rows.length > 0 };
}

/** Between which dates the episodes of a page are. Undefined if it has no dates. */
function datesOf(episodes: readonly FeedEpisode[]): Renamed["range"] {
  const times = episodes.flatMap(({ publishedAt }) => publishedAt?.getTime() ?? []).sort((a, b) => a - b);
  const [first, last] = [times[0], times.at(-1)];
  return first === undefined || last === undefined
    ? undefined
    : { from: new Date(first).toISOString(), to: new Date(last).toISOString() };
}

function describe(row: Row): Described {
  return {
    title: row.title,
    publishedAt: new Date(row.feed_date),
    durationSeconds: row.duration_seconds ?? undefined,
    mediaUrl: row.media_url,
    mediaBytes: row.media_bytes ?? undefined,
    season: row.season ?? undefined,
    episodeNumber: row.episode_number ?? undefined,
    isListed: row.is_listed,
  };
}
