import { sql } from "drizzle-orm";
import type { Database } from "../../shared/db/pool.ts";

/** How much there is: `numEpisodes` of each podcast, the newest of today and each other a day older than the one before. */
export type Extent = { numPodcasts: number; numEpisodes: number };
/** What the accounts hold. `days` moves all that they have done: of two accounts the later is the one of more days. */
type Holding = { accountId: number; days: number };

const NAMESPACE = { persons: [], transcripts: [], soundbites: [], values: [], txts: [] };
const CHANNEL = { funding: [], persons: [], values: [], trailers: [], liveItems: [], podroll: [], txts: [] };

/** Fills an empty database with podcasts and episodes. */
export async function fillCatalogue(db: Database, { numPodcasts, numEpisodes }: Extent): Promise<void> {
  await db.once.execute(sql`
    insert into podcast (title, feed_kind, namespace)
    select 'Podcast ' || md5(n::text), 'rss', ${JSON.stringify(CHANNEL)}::jsonb
    from generate_series(1, ${numPodcasts}::int) n`);
  await db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current)
    select id, 'https://feeds.example.com/' || id, true from podcast`);
  // Podcast by podcast, as crawls add them; in statements that end well before a statement's limit.
  const step = Math.max(1, Math.floor(10_000 / numEpisodes));
  for (let first = 1; first <= numPodcasts; first += step) {
    await db.once.execute(sql`
      insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
      select p, p || '-' || n, sha256((p || '-' || n)::bytea), 'Episode ' || n,
        podcore_now() - (${numEpisodes}::int - n) * interval '1 day' - p * interval '1 second',
        'https://media.example.com/' || p || '/' || n || '.mp3', ${JSON.stringify(NAMESPACE)}::jsonb, sha256('')
      from generate_series(${first}::int, ${Math.min(numPodcasts, first + step - 1)}::int) p,
        generate_series(1, ${numEpisodes}::int) n`);
  }
  await db.once.execute(sql`analyze`);
}

/** Has an account subscribe to all podcasts, a year ago, and hear a part of each episode but the newest of each tenth podcast. */
export async function fillAccount(db: Database, { accountId, days }: Holding): Promise<void> {
  await db.once.execute(sql`
    insert into account_podcast (account_id, podcast_id, subscribed_at, sequence)
    select ${accountId}::bigint, id, podcore_now() - interval '1 year' + ${days}::int * interval '1 day', id from podcast`);
  const [last] = await db.once.execute<{ id: number }>(sql`select max(id)::int as id from episode`);
  for (let from = 0; from < (last?.id ?? 0); from += 20_000) {
    await db.once.execute(sql`
      insert into account_episode (account_id, episode_id, is_favorited, favorited_at, is_played, position_seconds, listened_at, sequence)
      select ${accountId}::bigint, id, id % 20 = 0, case when id % 20 = 0 then at end, id % 4 > 0,
        case when id % 4 = 0 then ${days}::int + 60 end, at, (select count(*) from podcast) + id
      from (
        select id, podcore_now() - interval '1 month' + ${days}::int * interval '1 day' + id * interval '1 second' as at
        from episode
        where id > ${from}::bigint and id <= ${from}::bigint + 20000
          and not (podcast_id % 10 = 0 and published_at > podcore_now() - interval '1 day')
      ) e`);
  }
  await db.once.execute(sql`
    update account set sequence = (select max(sequence) from account_episode where account_id = ${accountId}::bigint)
    where id = ${accountId}::bigint`);
  await db.once.execute(sql`analyze account_podcast, account_episode`);
}
