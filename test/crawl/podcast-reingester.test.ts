import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { asc, getTableColumns, sql } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastReingester from "../../shared/crawl/podcast-reingester.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { episode, podcast } from "../../shared/db/schema.ts";
import { UserError } from "../../shared/errors.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const databaseUrl = await createDatabase();
const crawlContext = createContext({ databaseUrl, fetch });
// Whatever fetches in it fails.
const ctx = createContext({ databaseUrl });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);

beforeEach(async () => {
  await ctx.db.once.delete(podcast);
});

async function add(path: string, body: string): Promise<number> {
  script[path] = { headers: { ETag: '"a"', "Last-Modified": "Sun, 25 Mar 2018 10:00:00 GMT" }, body };
  const { podcastId } = await podcastAdder.run(crawlContext, { url: `${origin.url}${path}` });
  return podcastId;
}

function reingest(options: Partial<Parameters<typeof podcastReingester.run>[1]> = {}) {
  return podcastReingester.run(ctx, { budgetMs: 60_000, podcastId: undefined, afterId: undefined, ...options });
}

/** Every row of the podcasts' tables with the transaction that wrote it, but for the lease's token. */
async function snapshot() {
  const rows: unknown[] = [];
  for (const table of ["podcast", "episode", "podcast_feed_location", "podcast_feed_content"]) {
    rows.push(
      ...(await ctx.db.once.execute(
        sql.raw(`select '${table}', xmin::text, to_jsonb(t) as row from ${table} t order by id`),
      )),
    );
  }
  return [...rows, ...(await crawls())];
}

function crawls() {
  return ctx.db.once.execute(sql`select to_jsonb(c) - 'lease_token' as row from podcast_crawl c order by podcast_id`);
}

test("run() puts right what differs from the stored feed, without the network", async () => {
  await add(
    "/rich",
    rss({
      items: [
        {
          guid: "a",
          extra: "<description>&lt;p&gt;Notes&lt;/p&gt;</description><itunes:duration>61</itunes:duration>",
        },
        { guid: "b" },
        { guid: "c" },
      ],
    }),
  );
  const contentOf = () =>
    Promise.all([
      ctx.db.once.execute(sql`select to_jsonb(p) - 'updated_at' as row from podcast p`),
      ctx.db.once.execute(
        sql`select to_jsonb(e) - '{id,created_at,updated_at}'::text[] as row from episode e order by guid`,
      ),
    ]);
  const before = await contentOf();
  await ctx.db.once.execute(sql`update podcast set title = 'Wrong', description = null`);
  await ctx.db.once.execute(
    sql`update episode set description_html = null, duration_seconds = 1, published_at = podcore_now() where guid = 'a'`,
  );
  await ctx.db.once.execute(
    sql`update episode set title = 'Older', item_sha256 = sha256('older code') where guid = 'b'`,
  );
  await ctx.db.once.execute(sql`delete from episode where guid = 'c'`);
  const numRequests = origin.requests.length;

  const result = await reingest();

  assert.deepEqual(result, { numReingested: 1, numFailed: 0, numHeld: 0 });
  assert.deepEqual(await contentOf(), before);
  assert.equal(origin.requests.length, numRequests);
});

for (const column of Object.values(getTableColumns(episode))
  .map(({ name }) => name)
  .filter((name) => !["id", "podcast_id", "guid_sha256", "created_at", "updated_at"].includes(name))) {
  test(`run() notices that ${column} differs`, async () => {
    await add("/column", rss());
    const readValue = async () =>
      (await ctx.db.once.execute(sql.raw(`select to_jsonb(${column}) as value from episode`)))[0];
    const before = await readValue();
    const types = await ctx.db.once.execute<{ data_type: string }>(sql`
      select data_type from information_schema.columns where table_name = 'episode' and column_name = ${column}`);
    await ctx.db.once.execute(
      sql.raw(`update episode set ${column} = ${OTHER_VALUES[column] ?? OTHER[types[0]?.data_type ?? ""]}`),
    );
    assert.notDeepEqual(await readValue(), before);

    await reingest();

    assert.deepEqual(await readValue(), before);
  });
}

test("run() writes no row, when all is as it should be", async () => {
  await add("/one", rss());
  await add("/two", rss({ items: [{ guid: "a" }, { guid: "b" }] }));
  await ctx.db.once.execute(sql`update episode set title = 'Wrong'`);
  await reingest();
  const before = await snapshot();

  const result = await reingest();

  assert.deepEqual(result, { numReingested: 2, numFailed: 0, numHeld: 0 });
  assert.deepEqual(await snapshot(), before);
});

test("run() leaves the crawl as it was: when it is due, its validators, when it last changed", async () => {
  await add("/one", rss());
  await ctx.db.once.execute(sql`update episode set title = 'Wrong'`);
  const before = await crawls();

  await reingest();

  assert.deepEqual(await crawls(), before);
});

test("run() reads the newest of the stored feeds", async () => {
  const podcastId = await add("/changing", rss({ title: "First" }));
  script["/changing"] = rss({ title: "Second" });
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await podcastUpdater.run(crawlContext, { claim });
  await ctx.db.once.execute(sql`update podcast set title = 'Wrong'`);

  await reingest({ podcastId });

  const [row] = await ctx.db.once.select().from(podcast);
  assert.equal(row?.title, "Second");
});

test("run() reads the podcast that it is given, and no other", async () => {
  const [first, second] = [await add("/one", rss()), await add("/two", rss())];
  await ctx.db.once.execute(sql`update podcast set title = 'Wrong'`);

  const result = await reingest({ podcastId: second });

  const rows = await ctx.db.once.select().from(podcast).orderBy(asc(podcast.id));
  assert.equal(result.numReingested, 1);
  assert.deepEqual(
    rows.map(({ id, title }) => [id, title]),
    [
      [first, "Wrong"],
      [second, "A Show"],
    ],
  );
  await assert.rejects(
    reingest({ podcastId: second + 1_000 }),
    (error) => error instanceof UserError && error.status === 404,
  );
});

test("run() goes on where it ended, when its budget was used up", async () => {
  const ids = [await add("/one", rss()), await add("/two", rss()), await add("/three", rss())];

  const first = await reingest({ budgetMs: 0 });
  const second = await reingest({ budgetMs: 0, afterId: first.afterId });
  const rest = await reingest({ afterId: second.afterId });

  assert.deepEqual(
    [first, second, rest],
    [
      { numReingested: 1, numFailed: 0, numHeld: 0, afterId: ids[0] },
      { numReingested: 1, numFailed: 0, numHeld: 0, afterId: ids[1] },
      { numReingested: 1, numFailed: 0, numHeld: 0 },
    ],
  );
});

test("run() leaves a podcast alone that a crawler is at", async () => {
  const podcastId = await add("/one", rss());
  await ctx.db.once.execute(sql`update podcast set title = 'Wrong'`);
  await claimPodcast(ctx.db, { podcastId });
  const before = await snapshot();

  const result = await reingest();

  assert.deepEqual(result, { numReingested: 0, numFailed: 0, numHeld: 1 });
  assert.deepEqual(await snapshot(), before);
});

test("run() counts a feed that cannot be read, goes on with the next, and gives back the lease", async () => {
  const podcastId = await add("/broken", rss());
  await add("/good", rss());
  // gzip of nothing
  await ctx.db.once.execute(sql`
    update podcast_feed_content set body = decode('1f8b080000000000000303000000000000000000', 'hex')
    where podcast_id = ${podcastId}`);

  const result = await reingest();

  const held = await ctx.db.once.execute(sql`select 1 from podcast_crawl where lease_expires_at is not null`);
  assert.deepEqual(result, { numReingested: 1, numFailed: 1, numHeld: 0 });
  assert.equal(held.length, 0);
});

/** Something that the feed does not say, by the column's type. */
const OTHER: Record<string, string> = {
  text: "'wrong'",
  "timestamp with time zone": "'2001-01-01'",
  bigint: "7",
  integer: "7",
  "double precision": "7.5",
  boolean: "is_blocked is not true",
  jsonb: "'[]'",
  bytea: "sha256('wrong')",
};
const OTHER_VALUES: Record<string, string> = {
  chapters: `'[{"startSeconds":1}]'`,
  namespace: "'{}'",
  extras: `'{"subtitle":"x"}'`,
  episode_type: "'bonus'",
};
