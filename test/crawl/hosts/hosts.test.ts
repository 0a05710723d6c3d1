import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { claimDuePodcasts } from "../../../shared/crawl/claim-due-podcasts.ts";
import { claimPodcast } from "../../../shared/crawl/claim-podcast.ts";
import * as podcastCrawler from "../../../shared/crawl/podcast-crawler.ts";
import { podcastRefresh } from "../../../shared/crawl/podcast-refresh.ts";
import { accountPodcast, crawlHost, podcast, rateLimit } from "../../../shared/db/schema.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import * as podcastRefresher from "../../../shared/podcasts/podcast-refresher.ts";
import { asJob, createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { fetch } from "../../support/loopback.ts";
import { type Reply, startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, insertDuePodcasts, passHostSlots } from "../../support/rows.ts";

const HOST = "127.0.0.1";

const databaseUrl = await createDatabase();
let reply: Reply = rss();
const origin = await startOrigin((request, response) => {
  if (typeof reply === "function") reply(request, response);
  else if (typeof reply === "object" && "status" in reply) response.writeHead(reply.status ?? 200, reply.headers).end();
  else response.end(rss({ title: request.url ?? "" }));
});
after(origin.close);
const ctx = createContext({ databaseUrl, fetch });

beforeEach(async () => {
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(crawlHost);
  await ctx.db.once.delete(rateLimit);
  origin.requests.splice(0);
  reply = rss();
});

/** Moves what is stored into the past, as if so much time had passed. */
async function pass(interval: string): Promise<void> {
  await ctx.db.once.execute(sql`
    update crawl_host set ready_at = ready_at - ${interval}::interval, next_slot_at = next_slot_at - ${interval}::interval,
      paused_until = paused_until - ${interval}::interval`);
  await ctx.db.once.execute(sql`
    update podcast_crawl set due_at = due_at - ${interval}::interval, last_content_at = last_content_at - ${interval}::interval`);
}

const feeds = (num: number) => Array.from({ length: num }, (_, i) => `${origin.url}/${i}`);
/** Runs a tick that ends by itself as soon as no host may be asked within two seconds. */
const tick = (budgetMs = 30_000) => podcastCrawler.run(ctx, { budgetMs });
const refusal = (headers: Record<string, string> = {}, status = 429) => {
  reply = { status, headers };
};

async function hostRow() {
  const [row] = await ctx.db.once.execute<{ pause: number; next: number; slowness: number }>(sql`
    select coalesce(extract(epoch from paused_until - podcore_now()), 0)::float8 as pause,
      extract(epoch from next_slot_at - podcore_now())::float8 as next, slowness from crawl_host where host = ${HOST}`);
  assert.ok(row);
  return row;
}

async function feedRows() {
  return ctx.db.once.execute<{ num_failures: number; hours: number }>(sql`
    select num_failures, extract(epoch from due_at - podcore_now())::float8 / 3600 as hours
    from podcast_crawl order by num_failures desc, podcast_id`);
}

for (const { name, headers, status, pauseSeconds, feedHours } of [
  {
    name: "fetch 17: a 429 with Retry-After: 120 pauses its host for two minutes",
    ...{ headers: { "retry-after": "120" }, status: 429, pauseSeconds: 120, feedHours: 1 },
  },
  {
    name: "fetch 18: a 429 with an HTTP-date pauses its host by the server's own clock",
    headers: { "retry-after": "Sun, 06 Nov 1994 08:59:37 GMT", date: "Sun, 06 Nov 1994 08:49:37 GMT" },
    ...{ status: 429, pauseSeconds: 600, feedHours: 1 },
  },
  {
    name: "fetch 19: a 429 with Retry-After: 10^12 pauses its host for an hour, and its feed for seven days",
    ...{ headers: { "retry-after": "1000000000000" }, status: 429, pauseSeconds: 3_600, feedHours: 168 },
  },
  {
    name: "fetch 19: a 429 with Retry-After: -5 pauses its host as if it said nothing",
    ...{ headers: { "retry-after": "-5" }, status: 429, pauseSeconds: 300, feedHours: 1 },
  },
  {
    name: "fetch 20: a 503 with Retry-After pauses its host",
    ...{ headers: { "retry-after": "7200" }, status: 503, pauseSeconds: 3_600, feedHours: 2 },
  },
  {
    name: "fetch 21: a 429 without Retry-After pauses its host for five minutes, and its feed for an hour",
    ...{ headers: {}, status: 429, pauseSeconds: 300, feedHours: 1 },
  },
]) {
  test(name, async () => {
    refusal(headers, status);
    await insertDuePodcasts(ctx.db, feeds(3), { host: HOST });

    await tick();

    const { pause } = await hostRow();
    const [asked, ...others] = await feedRows();
    assert.equal(origin.requests.length, 1);
    assert.ok(Math.abs(pause - pauseSeconds) < 30, `${pause} s`);
    // Not sooner, and up to a tenth later.
    assert.ok(asked && asked.num_failures === 1, `${asked?.num_failures}`);
    assert.ok(asked.hours > feedHours - 0.1 && asked.hours < feedHours * 1.1 + 0.1, `${asked.hours} h`);
    assert.deepEqual(
      others.map(({ num_failures, hours }) => [num_failures, hours <= 0]),
      [
        [0, true],
        [0, true],
      ],
    );
  });
}

test("a 503 without Retry-After says nothing about the host: its other feeds are asked", async () => {
  refusal({}, 503);
  await insertDuePodcasts(ctx.db, feeds(2), { host: HOST });

  await tick();

  assert.equal(origin.requests.length, 2);
  assert.equal((await hostRow()).slowness, 1);
});

test("fetch 22: twelve feeds of a host that refuses are asked one by one after its pause, minutes apart", async () => {
  refusal({ "retry-after": "600" });
  await insertDuePodcasts(ctx.db, feeds(12), { host: HOST });
  const numsAsked: number[] = [];
  const ask = async () => {
    const numBefore = origin.requests.length;
    await tick();
    numsAsked.push(origin.requests.length - numBefore);
  };

  await ask();
  await ask();
  reply = rss();
  // Minutes 9, 11, 12 and 14: the pause takes 10, and the next slots are 120 s and 108 s later.
  for (const interval of ["9 min", "2 min", "1 min", "2 min"]) {
    await pass(interval);
    await ask();
  }
  for (let minutes = 14; minutes < 40; minutes += 1) {
    await pass("1 min");
    await ask();
  }

  assert.deepEqual(numsAsked.slice(0, 6), [1, 0, 0, 1, 0, 1]);
  assert.equal(Math.max(...numsAsked), 1);
  assert.equal(origin.requests.length, 12);
  assert.equal(new Set(origin.requests.map(({ path }) => path)).size, 12);
});

test("fetch 75: a host's feeds are asked a second apart, and its backlog delays no other host", async () => {
  const at: { path: string; ms: number }[] = [];
  reply = (request, response) => {
    at.push({ path: request.url ?? "", ms: performance.now() });
    response.end(rss({ title: request.url ?? "" }));
  };
  await insertDuePodcasts(ctx.db, feeds(30), { host: HOST });
  await insertDuePodcasts(
    ctx.db,
    Array.from({ length: 10 }, (_, i) => `${origin.url}/other-${i}`),
  );

  await tick(6_000);

  const ofHost = at.filter(({ path }) => !path.startsWith("/other"));
  const numBeforeOthers = at.findLastIndex(({ path }) => path.startsWith("/other")) + 1 - 10;
  const elapsedMs = (ofHost.at(-1)?.ms ?? 0) - (ofHost[0]?.ms ?? 0);
  assert.equal(at.length - ofHost.length, 10);
  assert.ok(numBeforeOthers <= 2, `${numBeforeOthers} of the host came before the last other`);
  assert.ok(ofHost.length >= 3 && ofHost.length <= 7, `${ofHost.length} were asked`);
  assert.ok(elapsedMs > (ofHost.length - 1.5) * 1_000, `${ofHost.length} in ${elapsedMs} ms`);
});

test("fetch 75: a host that hangs has two requests at once, however long it takes", async () => {
  const held: (() => void)[] = [];
  reply = (request, response) => void held.push(() => response.end(rss({ title: request.url ?? "" })));
  await insertDuePodcasts(ctx.db, feeds(5), { host: HOST });

  const ended = tick(5_000);
  // A third could have come after two seconds.
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  const numAtOnce = origin.requests.length;
  reply = rss();
  for (const answer of held) answer();
  await ended;

  assert.equal(numAtOnce, 2);
});

test("fetch 75: claimDuePodcasts() spreads a known hoster's requests, ten a second and five at once", async () => {
  await insertDuePodcasts(ctx.db, feeds(20), { host: "libsyn.com" });

  const first = await claimDuePodcasts(ctx.db, { limit: 10 });
  const atOnce = await claimDuePodcasts(ctx.db, { limit: 10 });
  await passHostSlots(ctx.db);
  const second = await claimDuePodcasts(ctx.db, { limit: 10 });
  await passHostSlots(ctx.db);
  const third = await claimDuePodcasts(ctx.db, { limit: 10 });

  assert.deepEqual(
    first.map(({ startsInMs }) => Math.round(startsInMs)),
    [0, 100, 200],
  );
  assert.deepEqual([atOnce.length, second.length, third.length], [0, 2, 0]);
});

test("fetch 77: adding a feed takes one GET, and the host's slot", async () => {
  await insertDuePodcasts(ctx.db, feeds(1), { host: HOST });

  await podcastAdder.run(ctx, { url: `${origin.url}/new` });
  const claims = await claimDuePodcasts(ctx.db, { limit: 1 });
  await passHostSlots(ctx.db);
  const later = await claimDuePodcasts(ctx.db, { limit: 1 });

  assert.equal(origin.requests.length, 1);
  assert.deepEqual([claims.length, later.length], [0, 1]);
});

test("a feed of a host that pauses is neither added nor refreshed, and nobody is asked", async () => {
  const accountId = await insertAccount(ctx.db, { email: `${crypto.randomUUID()}@example.com` });
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/known` });
  await insertDuePodcasts(ctx.db, feeds(1), { host: HOST });
  refusal({ "retry-after": "600" });
  await passHostSlots(ctx.db);
  await tick();
  origin.requests.splice(0);

  const refresh = () => podcastRefresher.run(ctx, { accountId, podcastId });
  const claim = await claimPodcast(ctx.db, { podcastId });
  const local = await claimPodcast(ctx.db, { podcastId, asksHost: false });

  await assert.rejects(refresh(), {
    status: 429,
    message: /^Cannot refresh podcast "\d+": the host of its feed .* \d+ s$/,
  });
  await assert.rejects(podcastAdder.run(ctx, { url: `${origin.url}/new` }), {
    status: 422,
    message: /too many requests/,
  });
  assert.equal(claim, undefined);
  assert.ok(local);
  assert.equal(origin.requests.length, 0);
});

test("fetch 52: a request tells how many subscribers it is for", async () => {
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, feeds(1));
  for (const unsubscribedAt of [null, null, new Date()]) {
    const accountId = await insertAccount(ctx.db);
    await ctx.db.once
      .insert(accountPodcast)
      .values({ accountId, podcastId, subscribedAt: new Date(), unsubscribedAt, sequence: 1 });
  }

  await tick();

  assert.match(
    origin.requests[0]?.headers["user-agent"] ?? "",
    /^podcore\/\S+ \(\+http:\/\/localhost:8080; 2 subscribers\)$/,
  );
});

test("a host that answers 304 for ever is asked without validators once in 28 days", async () => {
  reply = (request, response) => {
    const isConditional = request.headers["if-none-match"] !== undefined;
    response.writeHead(isConditional ? 304 : 200, isConditional ? {} : { etag: '"constant"' });
    response.end(isConditional ? undefined : rss());
  };
  await insertDuePodcasts(ctx.db, feeds(1));

  for (let i = 0; i < 60; i += 1) {
    await ctx.db.once.execute(sql`update podcast_crawl set due_at = podcore_now()`);
    await tick();
    await pass("25 hours");
  }

  const days = origin.requests.flatMap(({ headers }, i) =>
    headers["if-none-match"] === undefined ? [(i * 25) / 24] : [],
  );
  const gaps = days.slice(1).map((day, i) => day - (days[i] ?? 0));
  assert.equal(origin.requests.length, 60);
  assert.ok(gaps.length >= 2 && gaps.every((gap) => gap > 20 && gap <= 28), gaps.join(", "));
});

test("a reader's refresh is unconditional a minute after the host last sent content, so that it sees what a host's 304 hides", async () => {
  let title = "First";
  reply = (request, response) => {
    const isConditional = request.headers["if-none-match"] !== undefined;
    response.writeHead(isConditional ? 304 : 200, isConditional ? {} : { etag: '"constant"' });
    response.end(isConditional ? undefined : rss({ title }));
  };
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, feeds(1));
  await tick();
  title = "Second";
  await pass("25 hours");
  await tick();
  const titleOf = async () => (await ctx.db.once.select().from(podcast))[0]?.title;
  const before = await titleOf();

  await podcastRefresh.run(asJob(ctx), { podcastId });

  assert.deepEqual([before, await titleOf()], ["First", "Second"]);
});

test("run() finds the hosts of podcasts that were stored without one", async () => {
  await insertDuePodcasts(ctx.db, [...feeds(1), "https://a.libsyn.com/rss", "http://B.libsyn.com:8080/rss"]);
  await ctx.db.once.execute(sql`update podcast_crawl set host = null, due_at = podcore_now() + interval '1 hour'`);
  await ctx.db.once.execute(
    sql`update podcast_crawl set due_at = podcore_now() where podcast_id in (select min(podcast_id) from podcast_crawl)`,
  );

  await tick();

  const rows = await ctx.db.once.execute(sql`select host from podcast_crawl order by podcast_id`);
  assert.deepEqual(
    rows.map(({ host }) => host),
    [HOST, "libsyn.com", "libsyn.com"],
  );
  assert.equal(origin.requests.length, 1);
});
