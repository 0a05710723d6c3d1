import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { cleanAccounts } from "../../shared/cleaning/clean-accounts.ts";
import { cleanDirectoryPodcasts } from "../../shared/cleaning/clean-directory-podcasts.ts";
import { cleanRateLimits } from "../../shared/cleaning/clean-rate-limits.ts";
import type { CleanResult } from "../../shared/cleaning/cleaner.ts";
import * as cleaner from "../../shared/cleaning/cleaner.ts";
import {
  account,
  accountEpisode,
  accountPodcast,
  apiKey,
  episodeFile,
  login,
  podcast,
  rateLimit,
  transcript,
  verificationCode,
} from "../../shared/db/schema.ts";
import { callArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertDuePodcasts, insertEpisode, insertPodcast } from "../support/rows.ts";
import { writeDocuments } from "../support/write-documents.ts";

const lines: string[] = [];
const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, writeLog: (text) => lines.push(text) });

beforeEach(async () => {
  await ctx.db.once.execute(sql`
    truncate job, podcast, account, login, api_key, verification_code, rate_limit, directory_podcast, directory_search cascade`);
});

/** What a run deleted, where all other rules had nothing to do. */
function deleted(numDeleted: Record<string, number>): CleanResult {
  const none = {
    account: 0,
    login: 0,
    account_browser: 0,
    api_key: 0,
    verification_code: 0,
    job: 0,
    rate_limit: 0,
    directory_search: 0,
    directory_podcast: 0,
    podcast: 0,
    crawl_host: 0,
    episode_file: 0,
  };
  return { numDeleted: { ...none, ...numDeleted } };
}

/** Makes an account one that was last seen so long ago; by itself, long enough to go. */
async function unsee(accountId: number, age = "32 days"): Promise<void> {
  await ctx.db.once.execute(sql`
    update account set last_seen_at = podcore_now() - ${age}::interval where id = ${accountId}::bigint`);
}

async function namesIn(query: SQL): Promise<unknown[]> {
  return (await ctx.db.once.execute<{ name: unknown }>(query)).map(({ name }) => name);
}

async function numRows(table: PgTable): Promise<number> {
  return (await ctx.db.once.select().from(table)).length;
}

/** Runs `meanwhile` in a transaction that has done something, and not yet ended. */
async function whileOpen<T>(statement: SQL, meanwhile: () => Promise<T>): Promise<T> {
  return ctx.db.once.transaction(async (tx) => {
    await tx.once.execute(statement);
    return meanwhile();
  });
}

/** Inserts counts that expired a minute ago, two minutes ago, and so on. */
async function insertExpiredCounts(num: number): Promise<void> {
  await ctx.db.once.execute(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at)
    select 'login', age, 1, podcore_now() - age * interval '1 minute' from generate_series(1, ${num}::int) age`);
}

test("run() tells how many it deleted, and nothing of rules that found nothing", async () => {
  await insertExpiredCounts(4);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ rate_limit: 4 }));
  assert.match(lines.join(""), /Clean finished, num_rate_limit: 4\n/);
});

test("run() deletes nothing, when it runs again", async () => {
  await insertExpiredCounts(9);
  await cleaner.run(ctx, { budgetMs: 60_000 });

  const again = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(again, deleted({}));
});

test("run() goes on until nothing is left, over many batches", async () => {
  await insertExpiredCounts(2_500);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ rate_limit: 2_500 }));
  assert.equal(await numRows(rateLimit), 0);
});

test("run() deletes nothing, when its budget is used up or the process is to end", async () => {
  await insertExpiredCounts(9);
  const ending = ctx.with({ draining: AbortSignal.abort() });

  const results = [await cleaner.run(ctx, { budgetMs: 0 }), await cleaner.run(ending, { budgetMs: 60_000 })];

  assert.deepEqual(results, [deleted({}), deleted({})]);
  assert.equal(await numRows(rateLimit), 9);
});

test("cleanRateLimits() deletes no more than a batch at a time", async () => {
  await insertExpiredCounts(25);

  const nums: number[] = [];
  for (let i = 0; i < 4; i++) nums.push(await cleanRateLimits(ctx.db, { limit: 10 }));

  assert.deepEqual(nums, [10, 10, 5, 0]);
});

test("run() deletes ephemeral accounts that were not seen for a month, with all they hold, and no others", async () => {
  const [old, recent, mobile, permanent] = [
    await insertAccount(ctx.db),
    await insertAccount(ctx.db),
    await insertAccount(ctx.db),
    await insertAccount(ctx.db, { email: "me@example.com" }),
  ];
  for (const id of [old, mobile, permanent]) await unsee(id);
  await unsee(recent, "27 days");
  await ctx.db.once.execute(sql`update account set is_mobile = true where id = ${mobile}::bigint`);
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, ["one"]);
  for (const id of [old, permanent]) await insertHoldings(id, podcastId, 3);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ account: 1 }));
  assert.deepEqual(await namesIn(sql`select id::int as name from account order by id`), [recent, mobile, permanent]);
  assert.deepEqual(
    await Promise.all([accountPodcast, accountEpisode, login, apiKey, verificationCode].map(numRows)),
    [1, 3, 1, 1, 1],
  );
  assert.equal(await numRows(podcast), 1);
});

test("run() goes on until no account is left that is unseen, over many batches", async () => {
  await ctx.db.once.execute(sql`
    insert into account (last_seen_at) select podcore_now() - interval '40 days' from generate_series(1, 120)`);
  await insertAccount(ctx.db);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ account: 120 }));
  assert.equal(await numRows(account), 1);
});

test("cleanAccounts() leaves alone who is seen at this moment", async () => {
  const [first, second] = [await insertAccount(ctx.db), await insertAccount(ctx.db)];
  await unsee(first);
  await unsee(second);

  const num = await whileOpen(sql`update account set last_seen_at = podcore_now() where id = ${first}::bigint`, () =>
    cleanAccounts(ctx.db, { limit: 10 }),
  );

  assert.equal(num, 1);
  assert.deepEqual(await namesIn(sql`select id::int as name from account`), [first]);
});

test("cleanAccounts() leaves alone who signs up at this moment, and afterwards", async () => {
  const accountId = await insertAccount(ctx.db);
  await unsee(accountId);

  const during = await whileOpen(
    sql`update account set email = 'me@example.com', password_hash = '' where id = ${accountId}::bigint`,
    () => cleanAccounts(ctx.db, { limit: 10 }),
  );
  const afterwards = await cleanAccounts(ctx.db, { limit: 10 });

  assert.deepEqual([during, afterwards, await numRows(account)], [0, 0, 1]);
});

test("run() deletes logins, keys and codes a week after they have expired, and no others", async () => {
  const accountId = await insertAccount(ctx.db);
  const ages = ["8 days", "6 days", "-1 day"];
  for (const age of ages) {
    await ctx.db.once.execute(sql`
      with at as (select podcore_now() - ${age}::interval as expires_at, sha256(${age}::text::bytea) as secret),
      l as (insert into login (account_id, secret_sha256, user_agent, expires_at) select ${accountId}::bigint, secret, ${age}::text, expires_at from at),
      k as (insert into api_key (account_id, name, secret_sha256, hint, expires_at) select ${accountId}::bigint, ${age}::text, secret, '', expires_at from at)
      insert into verification_code (kind, email, expires_at) select 'invite', ${age}::text, expires_at from at`);
  }
  await ctx.db.once.execute(sql`
    insert into api_key (account_id, name, secret_sha256, hint) values (${accountId}::bigint, 'for ever', sha256('ever'), '')`);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ login: 1, api_key: 1, verification_code: 1 }));
  assert.deepEqual(await namesIn(sql`select user_agent as name from login order by id`), ages.slice(1));
  assert.deepEqual(await namesIn(sql`select name from api_key order by id`), [...ages.slice(1), "for ever"]);
  assert.deepEqual(await namesIn(sql`select email as name from verification_code order by id`), ages.slice(1));
});

test("run() deletes parked jobs that can never be done, the others after a month, and no job that is tried", async () => {
  const accountId = await insertAccount(ctx.db, { email: "known@example.com" });
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, ["one"]);
  await ctx.db.once.execute(sql`
    insert into verification_code (kind, account_id, email, expires_at) values
      ('password-reset', ${accountId}::bigint, 'known@example.com', podcore_now() + interval '1 hour'),
      ('password-reset', ${accountId}::bigint, 'known@example.com', podcore_now() - interval '1 hour')`);
  const [live, expired] = await namesIn(sql`select id::int as name from verification_code order by id`);
  const kept = [{ verificationCodeId: live }, { podcastId }, { email: "KNOWN@example.com" }, { message: "any" }];
  const gone = [
    { verificationCodeId: expired },
    { verificationCodeId: 4_000_000_000 },
    { verificationCodeId: "no id" },
    { podcastId: podcastId + 1_000 },
    { email: "unknown@example.com" },
    { email: "known@example.com", verificationCodeId: expired },
  ];
  const park = (args: object, age: string) =>
    ctx.db.once.execute(sql`
      insert into job (name, args, parked_at)
      values ('any', ${JSON.stringify(args)}::jsonb, podcore_now() - ${age}::interval)`);
  for (const args of [...kept, ...gone]) await park(args, "27 days");
  await park({ message: "old" }, "32 days");
  await ctx.db.once.execute(sql`insert into job (name, args) values ('any', '{"podcastId": 4000000000}')`);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ job: 7 }));
  assert.deepEqual(await namesIn(sql`select args as name from job order by id`), [
    ...kept,
    { podcastId: 4_000_000_000 },
  ]);
});

test("run() deletes counts of what may be done again, and none that still counts or is counted at this moment", async () => {
  await ctx.db.once.execute(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at) values
      ('login', 'over', 3, podcore_now() - interval '1 second'), ('login', 'held', 3, podcore_now() - interval '1 second'),
      ('login', 'counts', 3, podcore_now() + interval '1 hour')`);

  const result = await whileOpen(
    sql`update rate_limit set num_taken = 1, resets_at = podcore_now() + interval '1 hour' where subject = 'held'`,
    () => cleaner.run(ctx, { budgetMs: 60_000 }),
  );

  assert.deepEqual(result, deleted({ rate_limit: 1 }));
  assert.deepEqual(await namesIn(sql`select subject as name from rate_limit order by subject`), ["counts", "held"]);
});

test("run() deletes searches after a week, and the podcasts that only they had found, or none for a week", async () => {
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, ["one"]);
  await insertFound("only in an old search", { search: "old" });
  await insertFound("in both", { search: "old" });
  await insertFound("in both", { search: "new" });
  await insertFound("in no search");
  await insertFound("added", { podcastId });
  await insertFound("failed", { lastError: "Cannot fetch" });
  await ageFound();
  await insertFound("in a search that was replaced");
  await ctx.db.once.execute(sql`
    update directory_search set retrieved_at = podcore_now() - case query when 'old' then interval '8 days' else interval '6 days' end`);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ directory_search: 1, directory_podcast: 2 }));
  assert.deepEqual(await namesIn(sql`select query as name from directory_search`), ["new"]);
  assert.deepEqual(await namesIn(sql`select title as name from directory_podcast order by title`), [
    "added",
    "failed",
    "in a search that was replaced",
    "in both",
  ]);
});

test("cleanDirectoryPodcasts() leaves alone what a search finds at this moment", async () => {
  const first = await insertFound("first");
  await insertFound("second");
  await insertFound("found before", { search: "new" });
  await ageFound();
  const hit = sql`
    insert into directory_search_hit (directory_search_id, position, directory_podcast_id)
    select id, 1, ${first}::bigint from directory_search`;

  const num = await whileOpen(hit, () => cleanDirectoryPodcasts(ctx.db, { limit: 10 }));

  assert.equal(num, 1);
  assert.deepEqual(await namesIn(sql`select title as name from directory_podcast order by title`), [
    "first",
    "found before",
  ]);
});

test("run() goes on with the other rules where one fails, and fails with that at its end", async () => {
  const accountId = await insertAccount(ctx.db);
  await unsee(accountId);
  await insertExpiredCounts(9);
  await ctx.db.once.execute(sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'no account may go'; end $$`);
  await ctx.db.once.execute(sql`create trigger refuse before delete on account execute function refuse()`);

  const running = cleaner.run(ctx, { budgetMs: 60_000 });

  await assert.rejects(running, (error: Error) => /no account may go/.test(String(error.cause)));
  await ctx.db.once.execute(sql`drop function refuse cascade`);
  assert.equal(await numRows(rateLimit), 0);
});

test("--once of tick-clean tells what it deleted by each rule", async () => {
  await unsee(await insertAccount(ctx.db));
  await insertFound("in no search");
  await ageFound();
  await writeDocuments(ctx);
  await insertPodcast(ctx.db);

  const { code, stdout } = await callArtifact({ name: "tick-clean", environment: { DATABASE_URL: databaseUrl } });

  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    ...{ numPublished: 0, numWritten: 1 },
    ...deleted({ account: 1, directory_podcast: 1 }),
  });
});

/** What an account may hold: a podcast, `num` of its episodes, a login, a key and a code. */
async function insertHoldings(accountId: number, podcastId: number, num: number): Promise<void> {
  const secret = sql`sha256(${String(accountId)}::text::bytea)`;
  await ctx.db.once.execute(sql`
    insert into account_podcast (account_id, podcast_id, sequence) values (${accountId}::bigint, ${podcastId}::bigint, 1)`);
  await ctx.db.once.execute(sql`
    insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
    select ${podcastId}::bigint, n, sha256(n::text::bytea), n, podcore_now(), '', '{}', sha256('')
    from generate_series(1, ${num}::int) n on conflict do nothing`);
  await ctx.db.once.execute(sql`
    insert into account_episode (account_id, episode_id, sequence)
    select ${accountId}::bigint, id, 1 from episode where podcast_id = ${podcastId}::bigint`);
  await ctx.db.once.execute(sql`
    insert into login (account_id, secret_sha256, expires_at)
    values (${accountId}::bigint, ${secret}, podcore_now() + interval '1 day')`);
  await ctx.db.once.execute(sql`
    insert into api_key (account_id, name, secret_sha256, hint) values (${accountId}::bigint, 'mine', ${secret}, '')`);
  await ctx.db.once.execute(sql`
    insert into verification_code (kind, account_id, email, expires_at)
    values ('password-reset', ${accountId}::bigint, 'me@example.com', podcore_now() + interval '1 day')`);
}

/** Makes podcasts of a directory ones that no search has found for more than a week. */
async function ageFound(): Promise<void> {
  await ctx.db.once.execute(sql`update directory_podcast set updated_at = podcore_now() - interval '8 days'`);
}

/** Inserts a directory's podcast, once for each title, and where `search` is given that search with it. @returns its id */
async function insertFound(
  title: string,
  { search, podcastId, lastError }: { search?: string; podcastId?: number; lastError?: string } = {},
): Promise<number> {
  const [row] = await ctx.db.once.execute<{ id: string }>(sql`
    insert into directory_podcast (directory_id, vendor_id, title, feed_url, podcast_id, last_error, last_error_at)
    select id, ${title}::text, ${title}::text, 'https://example.com/', ${podcastId ?? null}::bigint, ${lastError ?? null}::text,
      case when ${lastError ?? null}::text is not null then podcore_now() end
    from directory
    on conflict (directory_id, vendor_id) do update set title = excluded.title returning id`);
  const id = Number(row?.id);
  if (search !== undefined) {
    await ctx.db.once.execute(sql`
      with asked as (
        insert into directory_search (directory_id, query) select id, ${search}::text from directory
        on conflict (directory_id, query) do update set query = excluded.query returning id
      )
      insert into directory_search_hit (directory_search_id, position, directory_podcast_id)
      select asked.id, (select count(*) from directory_search_hit h where h.directory_search_id = asked.id), ${id}::bigint from asked`);
  }
  return id;
}

test("run() deletes hosts that no podcast can become due of, unless they pause", async () => {
  await ctx.db.once.execute(sql`truncate crawl_host`);
  await insertDuePodcasts(ctx.db, ["due"], { host: "due.example.com" });
  await ctx.db.once.execute(sql`
    insert into crawl_host (host, ready_at, next_slot_at, paused_until) values
      ('unused.example.com', 'infinity', podcore_now(), null),
      ('paused.example.com', 'infinity', podcore_now(), podcore_now() + interval '1 minute'),
      ('waits.example.com', podcore_now() + interval '1 year', podcore_now(), null)`);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, deleted({ crawl_host: 1 }));
  assert.deepEqual(await namesIn(sql`select host as name from crawl_host order by host`), [
    "due.example.com",
    "paused.example.com",
    "waits.example.com",
  ]);
});

test("run() deletes chapters and transcripts that nobody has opened for long, but for podcasts that somebody follows", async () => {
  const accountId = await insertAccount(ctx.db, { email: "ada@example.com" });
  const followed = await insertPodcast(ctx.db);
  await ctx.db.once
    .insert(accountPodcast)
    .values({ accountId, podcastId: followed, subscribedAt: new Date(), sequence: 1 });
  const insertFile = async (podcastId: number, keptFor: string) => {
    const episodeId = await insertEpisode(ctx.db, { podcastId });
    await ctx.db.once.execute(sql`
      insert into episode_file (episode_id, kind, links, item_sha256, kept_until)
      values (${episodeId}::bigint, 'transcript', '[]', sha256(''), podcore_now() + ${keptFor}::interval)`);
    await ctx.db.once.insert(transcript).values({ episodeId, type: "text/vtt", segments: [], text: "" });
    return episodeId;
  };
  const old = await insertFile(await insertPodcast(ctx.db), "-1 hour");
  const kept = [await insertFile(followed, "-1 hour"), await insertFile(await insertPodcast(ctx.db), "1 hour")];

  const first = await cleaner.run(ctx, { budgetMs: 10_000 });
  const second = await cleaner.run(ctx, { budgetMs: 10_000 });

  assert.deepEqual([first, second], [deleted({ episode_file: 1 }), deleted({})]);
  const left = (await ctx.db.once.select().from(transcript)).map(({ episodeId }) => episodeId);
  assert.deepEqual(left.sort(), kept);
  assert.ok(!left.includes(old));
  const files = await ctx.db.once.select().from(episodeFile);
  assert.ok(files.every(({ keptUntil }) => keptUntil > new Date()));
});
