import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { NUM_WITNESSES, type StoredShow } from "./compare-shows.ts";

/** What an operator has accepted as the show at a podcast's address. */
type Accepted = { title: string; podcastGuid: string | undefined };
export type KnownShow = Omit<StoredShow, "episodes"> & {
  episodes: (StoredShow["episodes"][number] & { storedAt: Date })[];
  /** Set from the operator's decision until the next crawl has stored it. */
  accepted: Accepted | undefined;
};

type WitnessRow = { guid: string; sha256: string; media: string; title: string; at: number; stored: number };
type Row = {
  title: string;
  author: string | null;
  podcast_guid: string | null;
  accepted: { title: string; guid: string | null } | null;
  episodes: WitnessRow[] | null;
};

/** Finds what is stored about a show, to compare a feed with it. @returns undefined if the podcast is gone */
export async function findStoredShow(db: Database, podcastId: number): Promise<KnownShow | undefined> {
  const [row] = await db.repeatable.execute<Row>(sql`
    select p.title, p.author, p.podcast_guid,
      (select jsonb_build_object('title', q.title, 'guid', q.podcast_guid) from podcast_quarantine q
        where q.podcast_id = p.id and q.decision = 'same' and not exists (
          select from podcast_crawl c where c.podcast_id = p.id and c.last_succeeded_at >= q.decided_at)
        order by q.decided_at desc limit 1) as accepted,
      (select jsonb_agg(jsonb_build_object('guid', e.guid, 'sha256', encode(e.guid_sha256, 'hex'), 'media', e.media_url,
          'title', e.title, 'at', extract(epoch from e.published_at)::float8 * 1000,
          'stored', extract(epoch from e.created_at)::float8 * 1000))
        from (
          select * from episode where podcast_id = p.id and absent_since is null
          order by published_at desc nulls first, id desc nulls first limit ${NUM_WITNESSES}::int
        ) e) as episodes
    from podcast p where p.id = ${podcastId}::bigint`);
  if (row === undefined) return undefined;
  return {
    title: row.title,
    author: row.author ?? undefined,
    podcastGuid: row.podcast_guid ?? undefined,
    accepted:
      row.accepted === null ? undefined : { title: row.accepted.title, podcastGuid: row.accepted.guid ?? undefined },
    episodes: (row.episodes ?? []).map(({ guid, sha256, media, title, at, stored }) => ({
      guid,
      guidSha256: Buffer.from(sha256, "hex"),
      mediaUrl: media,
      title,
      publishedAt: new Date(at),
      storedAt: new Date(stored),
    })),
  };
}
