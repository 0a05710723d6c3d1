import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../db/pool.ts";
import {
  account,
  accountBrowser,
  accountEpisode,
  accountPodcast,
  apiKey,
  episode,
  login,
  podcast,
  podcastFeedLocation,
  verificationCode,
} from "../db/schema.ts";
import { unauthorized } from "../errors.ts";
import { isFeedUrlVisible, isTakenDownFor, isVisible } from "../podcasts/visible.ts";

/** JSON text of rows after the id `after`, and the last row's id. */
type Batch = { text: string; last: number };

// About 80 kB per statement, which takes milliseconds; a process can send several exports in little memory.
const BATCH_SIZE = 250;
// Secrets, which would open the account, and columns that repeat the object around them.
const HIDDEN = ["password_hash", "secret_sha256", "browser_sha256"];
const HELD_HIDDEN = ["id", "account_id"];

/**
 * Yields all that is stored about an account, as the text of one JSON object: the account, its podcasts, episodes,
 * logins, known browsers, API keys and pending links. Leaves out what would open the account: digests and the
 * password's hash. Podcasts and episodes carry their titles and GUIDs so that they can be found elsewhere, unless they
 * belong to a private podcast that the account has left. A private feed's URL is included if the account added it. For
 * a podcast that was taken down, its subscribers get only the title and the date.
 *
 * Podcasts and episodes are read in batches by id, each in its own statement. A cursor would give a consistent
 * snapshot, but hold a connection for as long as the client reads. So a row that changes meanwhile appears in its old
 * or new state, and a new row may be missing.
 *
 * @throws UserError 401 if the account is gone, also midway
 */
export async function* exportAccount(db: Database, accountId: number): AsyncGenerator<string> {
  const own = await readOwn(db, accountId);
  yield `{"account":${own.account},"podcasts":[`;
  yield* readAll((after) => readPodcasts(db, { accountId, after }));
  yield '],"episodes":[';
  yield* readAll((after) => readEpisodes(db, { accountId, after }));
  // Read last, so that an export with its end is complete.
  const { logins, browsers, api_keys: apiKeys, verification_codes: codes } = await readOwn(db, accountId);
  yield `],"logins":${logins},"browsers":${browsers},"api_keys":${apiKeys},"verification_codes":${codes}}`;
}

async function* readAll(read: (after: number) => Promise<Batch | undefined>): AsyncGenerator<string> {
  let separator = "";
  for (let batch = await read(0); batch !== undefined; batch = await read(batch.last)) {
    yield separator + batch.text;
    separator = ",";
  }
}

type Own = { account: string; logins: string; browsers: string; api_keys: string; verification_codes: string };
async function readOwn(db: Database, accountId: number): Promise<Own> {
  const list = (table: typeof login | typeof accountBrowser | typeof apiKey | typeof verificationCode) => sql`(
    select coalesce(json_agg(${toJson(table, ["account_id", ...HIDDEN])} order by ${table.id}), '[]')::text
    from ${table} where ${table.accountId} = ${account.id})`;
  const [row] = await db.repeatable.execute<Own>(sql`
    select ${toJson(account, HIDDEN)}::text as account, ${list(login)} as logins,
      ${list(accountBrowser)} as browsers, ${list(apiKey)} as api_keys, ${list(verificationCode)} as verification_codes
    from ${account} where ${account.id} = ${accountId}::bigint`);
  if (row === undefined) throw unauthorized();
  return row;
}

type Range = { accountId: number; after: number };

function readPodcasts(db: Database, { accountId, after }: Range): Promise<Batch | undefined> {
  const named = {
    title: sql`case when ${isVisible(accountId)} or ${isTakenDownFor(accountId)} then ${podcast.title} end`,
    taken_down_at: sql`case when ${isTakenDownFor(accountId)} then ${podcast.takenDownAt} end`,
    podcast_guid: sql`case when ${isVisible(accountId)} then ${podcast.podcastGuid} end`,
    feed_url: sql`case when ${isFeedUrlVisible(accountId)} then ${podcastFeedLocation.feedUrl} end`,
  };
  return readBatch(
    db,
    sql`
      select ${accountPodcast.podcastId} as id, ${toJson(accountPodcast, HELD_HIDDEN, named)}::text as text
      from ${accountPodcast} join ${podcast} on ${podcast.id} = ${accountPodcast.podcastId}
      left join ${podcastFeedLocation} on ${podcastFeedLocation.podcastId} = ${podcast.id}
        and ${podcastFeedLocation.isCurrent}
      where ${accountPodcast.accountId} = ${accountId}::bigint and ${accountPodcast.podcastId} > ${after}::bigint
      order by ${accountPodcast.podcastId} limit ${BATCH_SIZE}::int`,
  );
}

function readEpisodes(db: Database, { accountId, after }: Range): Promise<Batch | undefined> {
  const named = {
    podcast_id: sql`${episode.podcastId}`,
    guid: sql`case when ${isVisible(accountId)} then ${episode.guid} end`,
    title: sql`case when ${isVisible(accountId)} then ${episode.title} end`,
  };
  return readBatch(
    db,
    sql`
      select ${accountEpisode.episodeId} as id, ${toJson(accountEpisode, HELD_HIDDEN, named)}::text as text
      from ${accountEpisode} join ${episode} on ${episode.id} = ${accountEpisode.episodeId}
      join ${podcast} on ${podcast.id} = ${episode.podcastId}
      where ${accountEpisode.accountId} = ${accountId}::bigint and ${accountEpisode.episodeId} > ${after}::bigint
      order by ${accountEpisode.episodeId} limit ${BATCH_SIZE}::int`,
  );
}

async function readBatch(db: Database, rows: SQL): Promise<Batch | undefined> {
  const [batch] = await db.repeatable.execute<{ text: string | null; last: string }>(sql`
    select string_agg(text, ',' order by id) as text, max(id) as last from (${rows}) rows`);
  return batch?.text == null ? undefined : { text: batch.text, last: Number(batch.last) };
}

/** Returns SQL for a row as JSON under its column names, without `hidden` columns and with those in `more`. */
function toJson(table: PgTable, hidden: readonly string[], more: Record<string, SQL> = {}): SQL {
  const columns = Object.values(getTableColumns(table)).filter(({ name }) => !hidden.includes(name));
  const pairs = [
    ...columns.map((column): [string, SQL] => [
      column.name,
      // UTC with milliseconds, like the API's instants, whatever the session's time zone.
      column.dataType === "date"
        ? sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
        : sql`${column}`,
    ]),
    ...Object.entries(more),
  ];
  return sql`json_build_object(${sql.join(
    pairs.map(([name, value]) => sql`${sql.raw(`'${name}'`)}, ${value}`),
    sql`, `,
  )})`;
}
