import { and, eq, type SQL, sql } from "drizzle-orm";
import { wantedFiles } from "../../crawl/files/request-files.ts";
import { isAnyOf } from "../../db/any-of.ts";
import type { Database } from "../../db/pool.ts";
import { episode, episodeFile, podcast, transcript } from "../../db/schema.ts";
import type { Segment } from "../../feed/files/segments.ts";
import type { Chapter } from "../../feed/model.ts";
import { isVisible } from "../visible.ts";

/** Chapters that were read from the file at `url`. */
export type FileChapters = { url: string; chapters: Chapter[] };
/** A transcript without its text. `language` is the file's own, `type` the MIME type of the format that was read. */
export type StoredTranscript = { url: string; language: string | null; type: string; numSegments: number };

type Which = { ids: number[]; accountId: number | undefined };

/** Finds the chapters that were fetched for episodes that the account may see, by episode id. */
export async function findFileChapters(db: Database, which: Which): Promise<Map<number, FileChapters>> {
  const rows = await db.repeatable
    .select({ id: episodeFile.episodeId, url: episodeFile.url, chapters: episodeFile.chapters })
    .from(episodeFile)
    .innerJoin(episode, eq(episode.id, episodeFile.episodeId))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(isShown("chapters", which), sql`${episodeFile.chapters} is not null`));
  return new Map(rows.flatMap(({ id, url, chapters }) => (url && chapters ? [[id, { url, chapters }]] : [])));
}

/** Finds the transcripts of episodes that the account may see, by episode id. */
export async function findTranscripts(db: Database, which: Which): Promise<Map<number, StoredTranscript>> {
  const rows = await db.repeatable
    .select({
      id: transcript.episodeId,
      url: episodeFile.url,
      language: transcript.language,
      type: transcript.type,
      numSegments: sql<number>`jsonb_array_length(${transcript.segments})`,
    })
    .from(transcript)
    .innerJoin(episodeFile, eq(episodeFile.episodeId, transcript.episodeId))
    .innerJoin(episode, eq(episode.id, transcript.episodeId))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(isShown("transcript", which));
  return new Map(rows.flatMap(({ id, url, ...rest }) => (url === null ? [] : [[id, { url, ...rest }]])));
}

/** Up to `first` segments, without the first `after` ones. */
export type SegmentRange = { first: number; after: number };

/** Finds segments of transcripts of episodes that the account may see, by episode id. */
export async function findSegments(
  db: Database,
  { first, after, ...which }: Which & SegmentRange,
): Promise<Map<number, Segment[]>> {
  const range = `$[${after} to ${after + first - 1}]`;
  const rows = await db.repeatable
    .select({
      id: transcript.episodeId,
      segments: sql<Segment[]>`jsonb_path_query_array(${transcript.segments}, ${range}::jsonpath)`,
    })
    .from(transcript)
    .innerJoin(episodeFile, eq(episodeFile.episodeId, transcript.episodeId))
    .innerJoin(episode, eq(episode.id, transcript.episodeId))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(isShown("transcript", which));
  return new Map(rows.map(({ id, segments }) => [id, segments]));
}

/** True if one of an episode's files has never been fetched, or not lately, and no job is to fetch it. */
export async function isAnyFileWanted(db: Database, { episodeId }: { episodeId: number }): Promise<boolean> {
  const [row] = await db.repeatable.execute<{ is_wanted: boolean }>(sql`
    select exists (${wantedFiles(sql`select * from episode where id = ${episodeId}::bigint`)}) as is_wanted`);
  return row?.is_wanted ?? false;
}

/** What was fetched is shown only while the item links to a file. */
function isShown(kind: "chapters" | "transcript", { ids, accountId }: Which): SQL | undefined {
  const isLinked =
    kind === "chapters"
      ? sql`${episode.namespace} -> 'chapters' is not null`
      : sql`jsonb_array_length(${episode.namespace} -> 'transcripts') > 0`;
  return and(isAnyOf(episode.id, ids), eq(episodeFile.kind, kind), isLinked, isVisible(accountId));
}
