import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type Episode, episode, podcast } from "../db/schema.ts";
import { isEpisodeListed, isVisible } from "./visible.ts";

const { itemSha256: _item, guidSha256: _guid, ...ALL } = getTableColumns(episode);
const { descriptionSource, descriptionHtml, ...DETAILS } = ALL;
const { id, podcastId, title, publishedAt, announcedFor, linkUrl, imageUrl, mediaUrl, durationSeconds, isExplicit } =
  DETAILS;
// The columns that lists show. Reading all columns takes three times as long, and the notes are most of a row's size.
export const BRIEF = {
  ...{ id, podcastId, title, publishedAt, announcedFor },
  ...{ linkUrl, imageUrl, mediaUrl, durationSeconds, isExplicit },
};
const NOTES = { descriptionSource, descriptionHtml };

/** Which columns to read besides those of lists. Only four combinations, to limit the number of prepared statements. */
export type EpisodeParts = { hasDetails: boolean; hasNotes: boolean };
// Fields of the GraphQL type Episode that need no other columns.
const BRIEF_FIELDS = new Set([
  ...Object.keys(BRIEF),
  "explicit",
  "podcast",
  "accountEpisode",
  "mediaNeedsFeedPassword",
  "__typename",
]);
const NOTES_FIELDS = new Set(["description", "descriptionSource"]);

type Filter = { accountId: number | undefined; parts: EpisodeParts };
type Columns<T> = Pick<Episode, keyof T & keyof Episode>;
export type EpisodeRow = Columns<typeof BRIEF> & Partial<Columns<typeof ALL>>;

/** Returns the columns that a field of the GraphQL type Episode needs. */
export function partsFor(fieldName: string): EpisodeParts {
  const hasNotes = NOTES_FIELDS.has(fieldName);
  return { hasNotes, hasDetails: !hasNotes && !BRIEF_FIELDS.has(fieldName) };
}

/**
 * Lists the newest episodes of podcasts that the account may see, by podcast id. Returns up to `first` + 1 per podcast:
 * one too many means there are more.
 */
export async function listEpisodesByPodcast(
  db: Database,
  { podcastIds, first, after, ...filter }: PageRequest & Filter & { podcastIds: number[] },
): Promise<Map<number, Edge<EpisodeRow>[]>> {
  const { accountId, parts } = filter;
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  // Aliased as the table, so that the outer query can name its columns as usual.
  const page = db.repeatable
    .select(episodeColumns(parts))
    .from(episode)
    .where(
      and(
        eq(episode.podcastId, podcast.id),
        isEpisodeListed(),
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1)
    .as("episode");
  const rows = await db.repeatable
    .select(episodeColumns(parts))
    .from(podcast)
    .innerJoinLateral(page, sql`true`)
    .where(and(isAnyOf(podcast.id, podcastIds), isVisible(accountId)))
    .orderBy(desc(episode.publishedAt), desc(episode.id));
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(node.publishedAt.toISOString(), node.id) }));
  return Map.groupBy(edges, ({ node }) => node.podcastId);
}

/** Finds episodes by id, if the account may see their podcasts. */
export async function findEpisodes(
  db: Database,
  { ids, accountId, parts }: Filter & { ids: number[] },
): Promise<Map<number, EpisodeRow>> {
  const rows = await db.repeatable
    .select(episodeColumns(parts))
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(isAnyOf(episode.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Returns the columns for these parts. */
export function episodeColumns({ hasDetails, hasNotes }: EpisodeParts): typeof BRIEF {
  return { ...(hasDetails ? DETAILS : BRIEF), ...(hasNotes ? NOTES : {}) };
}
