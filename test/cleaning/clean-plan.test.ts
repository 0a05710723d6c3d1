import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import * as cleaner from "../../shared/cleaning/cleaner.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertDuePodcasts } from "../support/rows.ts";

// Of each table that the cleaner deletes from: enough for its indexes to be used.
const NUM_ROWS = 10_000;
const NUM_EXPIRED = 3;
const NUM_PARKED = 100;

const ctx = createContext({ databaseUrl: await createDatabase() });

/** Fills the tables with rows that stay, and makes a few of each expire. */
async function fill(): Promise<void> {
  const rows = sql`generate_series(1, ${NUM_ROWS}::int) n`;
  // When the row with this number is no longer needed: the first few long ago, the others in a year's time.
  const until = sql`(podcore_now() + case when n <= ${NUM_EXPIRED}::int then interval '-2 years' else interval '1 year' end)`;
  const secret = sql`sha256(n::text::bytea)`;
  await ctx.db.once.execute(sql`
    insert into account (email, password_hash, last_seen_at)
    select case when n % 2 = 1 then n || '@example.com' end, case when n % 2 = 1 then '' end,
      podcore_now() - case when n <= ${NUM_EXPIRED}::int * 2 then interval '1 year' else interval '1 day' end
    from ${rows}`);
  // Accounts that stay hold the rest.
  const account = sql`(select max(id) from account)`;
  await ctx.db.once.execute(sql`
    insert into login (account_id, secret_sha256, expires_at) select ${account}, ${secret}, ${until} from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into account_browser (account_id, browser_sha256, last_login_at) select ${account}, ${secret}, ${until} from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into api_key (account_id, name, secret_sha256, hint, expires_at)
    select ${account}, 'key', ${secret}, '', ${until} from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into verification_code (kind, email, expires_at) select 'invite', n || '@example.com', ${until} from ${rows}`);
  await ctx.db.once.execute(sql`insert into job (name, args) select 'any', '{}' from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into job (name, args, parked_at)
    select 'any', jsonb_build_object('verificationCodeId', (select max(id) from verification_code)),
      podcore_now() - case when n <= ${NUM_EXPIRED}::int then interval '1 year' else interval '1 day' end
    from generate_series(1, ${NUM_PARKED}::int) n`);
  await ctx.db.once.execute(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at) select 'any', n, 1, ${until} from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into directory_search (directory_id, query, retrieved_at)
    select (select min(id) from directory), n, ${until} from ${rows}`);
  // The first few are in searches that have expired, as many others in none. All others are in a search that stays.
  await ctx.db.once.execute(sql`
    insert into directory_podcast (directory_id, vendor_id, title, feed_url, updated_at)
    select (select min(id) from directory), n, n, 'https://example.com/', podcore_now() - case
      when n <= ${NUM_EXPIRED}::int * 2 then interval '1 year' else interval '1 day' end
    from ${rows}`);
  await ctx.db.once.execute(sql`
    insert into directory_search_hit (directory_search_id, position, directory_podcast_id)
    select s.id, 0, p.id from directory_search s join directory_podcast p on p.vendor_id = s.query
    where s.query::int not between ${NUM_EXPIRED}::int + 1 and ${NUM_EXPIRED}::int * 2`);
  await insertDuePodcasts(
    ctx.db,
    Array.from({ length: NUM_ROWS }, (_, i) => `https://example.com/${i}`),
  );
  await ctx.db.once.execute(sql`
    update podcast set merged_at = podcore_now() - interval '1 year'
    where id in (select id from podcast order by id limit ${NUM_EXPIRED}::int)`);
  await ctx.db.once.execute(sql`
    insert into crawl_host (host, ready_at) select 'unused-' || n || '.example.com', 'infinity' from generate_series(1, ${NUM_EXPIRED}::int) n`);
  await ctx.db.once.execute(sql`
    insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
    select id, '1', sha256('1'), 'Episode', podcore_now(), 'https://example.com/1.mp3', '{}', sha256('1') from podcast order by id`);
  // Of the podcasts that stay.
  await ctx.db.once.execute(sql`
    insert into episode_file (episode_id, kind, links, item_sha256, kept_until)
    select id, 'chapters', '[]', sha256('1'), podcore_now() + case
      when id > (select max(id) from episode) - ${NUM_EXPIRED}::int then interval '-1 day' else interval '1 month' end
    from episode`);
  await ctx.db.once.execute(sql`vacuum analyze`);
}

type Read = { scanned: string[]; numBlocks: number };

/** Runs the cleaner and tells which filled tables it read from end to end, and how many blocks of them it read. */
async function clean(): Promise<Read & { numDeleted: Record<string, number> }> {
  return ctx.db.once.transaction(async (tx) => {
    const scans = async () => {
      const rows = await tx.once.execute<{ name: string; scans: string; blocks: string }>(sql`
        select c.relname as name, pg_stat_get_xact_numscans(c.oid) as scans, pg_stat_get_xact_blocks_fetched(c.oid) as blocks
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.reltuples > ${NUM_ROWS}::int / 2`);
      return new Map(rows.map(({ name, scans, blocks }) => [name, { scans: Number(scans), blocks: Number(blocks) }]));
    };
    const before = await scans();
    const { numDeleted } = await cleaner.run(ctx.with({ db: tx }), { budgetMs: 60_000 });
    const after = await scans();
    return {
      numDeleted,
      scanned: [...after].filter(([name, { scans }]) => scans > (before.get(name)?.scans ?? 0)).map(([name]) => name),
      numBlocks: [...after].reduce((sum, [name, { blocks }]) => sum + blocks - (before.get(name)?.blocks ?? 0), 0),
    };
  });
}

test("a run reads no whole table, whether or not it finds something", async () => {
  await fill();

  const first = await clean();
  // The first statements of a connection are planned for their parameters, the later ones for any.
  const others: Read[] = [];
  for (let i = 0; i < 7; i += 1) others.push(await clean());

  assert.deepEqual(first.numDeleted, {
    ...{ account: 3, login: 3, account_browser: 3, api_key: 3, verification_code: 3, job: 3, rate_limit: 3 },
    ...{ directory_search: 3, directory_podcast: 6, podcast: 3, crawl_host: 3, episode_file: 3 },
  });
  assert.deepEqual(
    [first, ...others].flatMap(({ scanned }) => scanned),
    [],
  );
  assert.ok(Math.max(...others.map(({ numBlocks }) => numBlocks)) < 1_000, JSON.stringify(others));
});
