import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { FileKind } from "../../db/schema.ts";
import type { EpisodeNamespace } from "../../feed/model.ts";

export type WhichFile = { episodeId: number; kind: FileKind };
/** A file that a job is to fetch, and what is known of it. */
export type RequestedFile = WhichFile & {
  /** Rows stored by older code may lack a list. */
  namespace: Partial<EpisodeNamespace>;
  /** The show's. */
  language: string | undefined;
  /** Logs and errors must not show the paths of URLs. */
  isPrivate: boolean;
  feedUrl: string | undefined;
  numSubscribers: number;
  /** Where the stored content is from, and its validators. */
  url: string | undefined;
  etag: string | undefined;
  lastModified: string | undefined;
  /** Time since the request. */
  requestedMs: number;
};
type Row = {
  namespace: Partial<EpisodeNamespace>;
  language: string | null;
  is_private: boolean;
  feed_url: string | null;
  num_subscribers: number;
  url: string | null;
  etag: string | null;
  last_modified: string | null;
  requested_ms: number;
};

/** Finds a requested file. @returns undefined if none is requested, or the podcast was taken down or merged */
export async function findRequestedFile(db: Database, which: WhichFile): Promise<RequestedFile | undefined> {
  const { episodeId, kind } = which;
  const [row] = await db.repeatable.execute<Row>(sql`
    select e.namespace, p.language, p.is_private, l.feed_url, f.url, f.etag, f.last_modified,
      extract(epoch from podcore_now() - f.requested_at)::float8 * 1000 as requested_ms,
      (select count(*) from account_podcast a where a.podcast_id = p.id
        and a.subscribed_at is not null and a.unsubscribed_at is null)::int as num_subscribers
    from episode_file f
    join episode e on e.id = f.episode_id
    join podcast p on p.id = e.podcast_id and p.taken_down_at is null and p.merged_at is null
    left join podcast_feed_location l on l.podcast_id = p.id and l.is_current
    where f.episode_id = ${episodeId}::bigint and f.kind = ${kind}::text and f.requested_at is not null`);
  if (row === undefined) return undefined;
  return {
    ...which,
    namespace: row.namespace,
    language: row.language ?? undefined,
    isPrivate: row.is_private,
    feedUrl: row.feed_url ?? undefined,
    numSubscribers: row.num_subscribers,
    url: row.url ?? undefined,
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    requestedMs: row.requested_ms,
  };
}
