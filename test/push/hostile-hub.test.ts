import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { crawlHost, job, podcast, podcastCrawl, podcastPush } from "../../shared/db/schema.ts";
import { createFetch } from "../../shared/fetch/fetch.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";
import * as pushSubscriber from "../../shared/push/push-subscriber.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { type Hub, hubLinks, type Manner } from "../support/hub.ts";
import { startPushedSite } from "../support/pushed-site.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const site = await startPushedSite();
const { ctx } = site;

beforeEach(async () => {
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(crawlHost);
  site.origin.requests.splice(0);
});

/** A podcast whose hub has verified the subscription. It was crawled two minutes ago, and is due in an hour. */
async function subscribed(manner: Manner = {}) {
  const hub = await site.startHub(manner);
  const added = await site.addFeed(hub);
  await site.subscribe(hub);
  await ctx.db.once.execute(sql`
    update podcast_crawl set last_attempted_at = podcore_now() - interval '2 minutes',
      last_succeeded_at = podcore_now() - interval '2 minutes', due_at = podcore_now() + interval '1 hour'
    where podcast_id = ${added.podcastId}::bigint`);
  site.origin.requests.splice(0);
  return { hub, ...added, subscription: hub.subscriptionTo(added.topic) };
}

async function crawlOf(podcastId: number) {
  const [row] = await ctx.db.once
    .select({
      crawl: podcastCrawl,
      dueInMs: sql<number>`extract(epoch from ${podcastCrawl.dueAt} - podcore_now())::float8 * 1000`,
    })
    .from(podcastCrawl)
    .where(eq(podcastCrawl.podcastId, podcastId));
  assert.ok(row);
  return { ...row.crawl, dueInMs: row.dueInMs };
}

/** Its subscriptions, with the times until their lease ends and until their next attempt. */
function subscriptionsOf(podcastId: number) {
  return ctx.db.once
    .select({
      row: podcastPush,
      leaseMs: sql<number | null>`extract(epoch from ${podcastPush.leaseEndsAt} - podcore_now())::float8 * 1000`,
      nextMs: sql<number>`extract(epoch from ${podcastPush.nextAttemptAt} - podcore_now())::float8 * 1000`,
    })
    .from(podcastPush)
    .where(eq(podcastPush.podcastId, podcastId))
    .orderBy(podcastPush.id);
}

async function crawl(podcastId: number): Promise<podcastUpdater.UpdateResult> {
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  return podcastUpdater.run(ctx, { claim });
}

/** What is due of hubs an hour from now, or later. */
async function passTime(interval: string): Promise<void> {
  await ctx.db.once.execute(sql`
    update podcast_push set next_attempt_at = next_attempt_at - ${interval}::interval,
      requested_at = requested_at - ${interval}::interval, lease_ends_at = lease_ends_at - ${interval}::interval`);
}

test("a fair hub's subscription is verified for the lease that it grants, and its push makes the feed due now", async () => {
  const { hub, podcastId, subscription, topic } = await subscribed();

  const status = await hub.push(subscription);

  assert.equal(status, 204);
  const asked = hub.requests[0];
  assert.deepEqual(
    { ...asked, "hub.callback": "", "hub.secret": "" },
    {
      path: "/",
      "hub.callback": "",
      "hub.mode": "subscribe",
      "hub.topic": topic,
      "hub.lease_seconds": "864000",
      "hub.secret": "",
      "hub.verify": "async",
    },
  );
  assert.match(asked?.["hub.callback"] ?? "", /^http:\/\/127\.0\.0\.1:1\/push\/[\w-]{43}$/);
  assert.match(asked?.["hub.secret"] ?? "", /^[\w-]{43}$/);
  assert.deepEqual(hub.verifications, [{ status: 200, body: "challenge-1" }]);
  const [stored] = await subscriptionsOf(podcastId);
  assert.ok(Math.abs((stored?.leaseMs ?? 0) - 10 * DAY_MS) < HOUR_MS);
  assert.ok(stored !== undefined && stored.nextMs > 6 * DAY_MS && stored.nextMs < 7.1 * DAY_MS);
  const { dueInMs, dueReason } = await crawlOf(podcastId);
  assert.ok(dueInMs <= 0);
  assert.equal(dueReason, "push");
  assert.deepEqual(
    (await ctx.db.once.select().from(job)).map(({ name, args }) => ({ name, args })),
    [{ name: "pushed_crawl", args: { podcastId } }],
  );
});

test("a feed is visited once a day while its hub announces its episodes, and by the schedule once it misses one", async () => {
  const { hub, podcastId, subscription, path, topic } = await subscribed();
  const visits: [reason: string | null, isDaily: boolean][] = [];
  const publish = async (num: number, { isPushed }: { isPushed: boolean }) => {
    const items = Array.from({ length: num }, (_, i) => ({ guid: String(num - i) }));
    site.script[path] = rss({ items, extra: hubLinks(hub, topic) });
    if (isPushed) await hub.push(subscription);
    await crawl(podcastId);
    const { dueReason, dueInMs } = await crawlOf(podcastId);
    visits.push([dueReason, dueInMs > 23 * HOUR_MS]);
  };

  // A show that has come each hour is visited often.
  await ctx.db.once.execute(sql`
    update podcast_crawl set arrivals = (
      select jsonb_agg(extract(epoch from podcore_now())::bigint - i * 3600 order by i desc) from generate_series(1, 50) i)`);

  await publish(30, { isPushed: false });
  await publish(31, { isPushed: true });
  await publish(32, { isPushed: true });
  await publish(33, { isPushed: false });
  await publish(33, { isPushed: false });
  await publish(34, { isPushed: true });

  assert.deepEqual(
    visits.map(([reason, isDaily]) => [reason === "push", isDaily]),
    [
      [false, false],
      [true, true],
      [true, true],
      [false, false],
      [false, false],
      [true, true],
    ],
  );
});

for (const method of ["sha1", "sha256", "sha384", "sha512"] as const) {
  test(`a push signed with ${method} counts`, async () => {
    const { hub, podcastId, subscription } = await subscribed();

    await hub.push(subscription, { method });

    assert.ok((await crawlOf(podcastId)).dueInMs <= 0);
  });
}

for (const [name, signature] of [
  ["no signature", ""],
  ["a wrong signature", `sha256=${"0".repeat(64)}`],
  ["a signature that is cut", "sha256=00"],
  ["a signature that is no hex", `sha256=${"z".repeat(64)}`],
  ["a method that is none of WebSub's", `md5=${"0".repeat(32)}`],
  ["a method named like a property of all objects", `constructor=${"0".repeat(64)}`],
  ["a signature of 8 KB", `sha256=${"0".repeat(8_000)}`],
] as const) {
  test(`a push with ${name} is answered like a right one, and ignored`, async () => {
    const { hub, podcastId, subscription } = await subscribed();

    const status = await hub.push(subscription, { signature });

    assert.equal(status, 204);
    assert.ok((await crawlOf(podcastId)).dueInMs > 0);
    assert.equal((await subscriptionsOf(podcastId))[0]?.row.deliveredAt, null);
  });
}

test("a push signed with another subscription's secret is ignored", async () => {
  const { hub, podcastId, subscription } = await subscribed();
  const other = await subscribed();

  await hub.push({ ...subscription, secret: other.subscription.secret });

  assert.ok((await crawlOf(podcastId)).dueInMs > 0);
});

test("wrong signatures renew the subscription, once a day: the hub may have an old secret", async () => {
  const { hub, subscription, podcastId } = await subscribed();
  await hub.push(subscription, { signature: "" });
  const [fresh] = await subscriptionsOf(podcastId);
  await passTime("25 hours");

  await hub.push(subscription, { signature: "" });
  await site.subscribe(hub);
  await hub.push(subscription, { signature: "" });
  await site.subscribe(hub);

  assert.ok((fresh?.nextMs ?? 0) > 0);
  assert.equal(hub.requests.length, 2);
});

test("a push that is repeated fifty times costs the feed's host one request", async () => {
  const { hub, podcastId, subscription } = await subscribed();
  await hub.push(subscription);
  await crawl(podcastId);

  for (let i = 0; i < 50; i += 1) await hub.push(subscription);

  const { dueInMs } = await crawlOf(podcastId);
  assert.equal(site.origin.requests.length, 1);
  assert.ok(dueInMs > 30_000 && dueInMs <= 60_000, `due in ${dueInMs} ms: a minute after the crawl`);
});

test("a flood of 500 pushes is answered, makes the feed due once, and stores one job", async () => {
  const { hub, podcastId, subscription } = await subscribed();

  const statuses = await Promise.all(Array.from({ length: 500 }, () => hub.push(subscription)));

  assert.deepEqual([...new Set(statuses)], [204]);
  assert.equal((await ctx.db.once.select().from(job)).length, 1);
  assert.ok((await crawlOf(podcastId)).dueInMs <= 0);
});

test("pushes for many feeds of a busy host make them due, and store few jobs", async () => {
  const hub = await site.startHub();
  const topics: string[] = [];
  for (let i = 0; i < 6; i += 1) topics.push((await site.addFeed(hub)).topic);
  await site.subscribe(hub);
  await ctx.db.once.execute(sql`
    update podcast_crawl set last_attempted_at = podcore_now() - interval '1 hour', due_at = podcore_now() + interval '1 hour'`);
  await ctx.db.once.execute(sql`update crawl_host set next_slot_at = podcore_now() + interval '10 seconds'`);

  for (const topic of topics) await hub.push(hub.subscriptionTo(topic));

  const due = await ctx.db.once.execute(sql`select from podcast_crawl where due_at <= podcore_now()`);
  assert.equal(due.length, 6);
  assert.equal((await ctx.db.once.select().from(job)).length, 0);
});

test("a push during a crawl has the feed crawled again a minute later", async () => {
  const { hub, podcastId, subscription, path } = await subscribed();
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await hub.push(subscription);

  await podcastUpdater.run(ctx, { claim });

  const { dueInMs, dueReason } = await crawlOf(podcastId);
  assert.ok(dueInMs > 0 && dueInMs <= 60_000, `due in ${dueInMs} ms`);
  assert.equal(dueReason, "push");
  // What that crawl finds was announced.
  site.script[path] = rss({ items: [{ guid: "1" }, { guid: "2" }], extra: hubLinks(hub, subscription.topic) });
  await crawl(podcastId);
  assert.equal((await subscriptionsOf(podcastId))[0]?.row.missedAt, null);
});

test("a push does not shorten the wait that a host has asked for", async () => {
  const { hub, podcastId, subscription, path } = await subscribed();
  site.script[path] = { status: 503, headers: { "Retry-After": "7200" } };
  await crawl(podcastId);

  await hub.push(subscription);

  assert.ok((await crawlOf(podcastId)).dueInMs > HOUR_MS);
});

test("a hub that denies a subscription, before or after, is asked again in a week", async () => {
  const { hub, podcastId, subscription, topic } = await subscribed();

  const answer = await hub.ask(subscription.callback, {
    "hub.mode": "denied",
    "hub.topic": topic,
    "hub.reason": "Not on our plan",
  });

  const [{ row, leaseMs, nextMs } = { row: undefined, leaseMs: 0, nextMs: 0 }] = await subscriptionsOf(podcastId);
  assert.equal(answer.status, 200);
  assert.equal(leaseMs, null);
  assert.equal(row?.lastError, "The hub denied it: Not on our plan");
  assert.ok(nextMs > 6 * DAY_MS);
});

for (const [name, query] of [
  ["a topic that was not asked for", { "hub.topic": "https://other.example.com/feed" }],
  ["an unsubscription that was not asked for", { "hub.mode": "unsubscribe" }],
  ["a mode that there is not", { "hub.mode": "publish" }],
  ["no challenge", { "hub.challenge": "" }],
  ["a challenge of 5 000 characters", { "hub.challenge": "a".repeat(5_000) }],
] as const) {
  test(`a verification with ${name} is a 404, and changes nothing`, async () => {
    const hub = await site.startHub({ verifiesWith: query });
    const { podcastId } = await site.addFeed(hub);

    await site.subscribe(hub);

    assert.deepEqual(
      hub.verifications.map(({ status }) => status),
      [404],
    );
    assert.equal((await subscriptionsOf(podcastId))[0]?.leaseMs, null);
  });
}

test("a verification a day after the request, or for a callback that was guessed, is a 404", async () => {
  const { hub, subscription, topic } = await subscribed();
  await passTime("25 hours");
  const query = { "hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "a", "hub.lease_seconds": "864000" };
  const guessed = subscription.callback.replace(/.{43}$/, "A".repeat(43));

  const late = await hub.ask(subscription.callback, query);
  const unknown = await hub.ask(guessed, query);
  const pushed = await hub.push({ ...subscription, callback: guessed });

  assert.deepEqual([late.status, unknown.status, pushed], [404, 404, 410]);
});

test("a lease of one second is not relied upon, nor renewed for an hour", async () => {
  const { hub, podcastId } = await subscribed({ verifiesWith: { "hub.lease_seconds": "1" } });

  await site.subscribe(hub);

  const [stored] = await subscriptionsOf(podcastId);
  assert.equal(hub.requests.length, 1);
  assert.ok(stored !== undefined && stored.nextMs > 0.8 * HOUR_MS);
  assert.equal(stored.row.lastError, "The hub's lease of 1 s is too short");
});

test("a lease of a hundred years counts as one of fifteen days, one that is left out as one of a day", async () => {
  const long = await subscribed({ verifiesWith: { "hub.lease_seconds": "3153600000" } });
  const silent = await subscribed({ verifiesWith: { "hub.lease_seconds": "" } });

  const leases = await Promise.all([long, silent].map(({ podcastId }) => subscriptionsOf(podcastId)));

  assert.deepEqual(
    leases.map(([stored]) => Math.round((stored?.leaseMs ?? 0) / DAY_MS)),
    [15, 1],
  );
});

test("a subscription is renewed before its lease ends, with the same callback", async () => {
  const { hub, podcastId, subscription, topic } = await subscribed();
  await passTime("7 days 1 hour");

  await site.subscribe(hub);

  const [stored] = await subscriptionsOf(podcastId);
  assert.deepEqual(hub.subscriptionTo(topic), subscription);
  assert.equal(hub.requests.length, 2);
  assert.ok((stored?.leaseMs ?? 0) > 9 * DAY_MS);
});

for (const [name, manner, reason] of [
  ["never verifies", { isMute: true }, null],
  ["answers 500", { status: 500 }, "The hub responded with status: 500"],
  ["redirects to itself", { status: 307, headers: { Location: "/" } }, /Redirected in a loop/],
  [
    "redirects by a 302, which would lose the form",
    { status: 302, headers: { Location: "/elsewhere" } },
    "The hub responded with status: 302",
  ],
  [
    "redirects to a private network",
    { status: 308, headers: { Location: "http://10.0.0.1/" } },
    /"10\.0\.0\.1" is not on the public internet/,
  ],
  ["does not answer in time", { delayMs: 3_000, isMute: true }, /complete headers/],
] as const satisfies [string, Manner, string | RegExp | null][]) {
  test(`a hub that ${name} is asked ever less often`, async () => {
    const hub = await site.startHub(manner);
    const { podcastId } = await site.addFeed(hub);
    const waits: number[] = [];

    for (let i = 0; i < 3; i += 1) {
      await site.subscribe(hub);
      const [stored] = await subscriptionsOf(podcastId);
      waits.push(Math.round((stored?.nextMs ?? 0) / HOUR_MS));
      await passTime("5 hours");
    }

    const lastError = (await subscriptionsOf(podcastId))[0]?.row.lastError ?? null;
    assert.deepEqual(waits, [1, 2, 4]);
    if (reason instanceof RegExp) assert.match(lastError ?? "", reason);
    else assert.equal(lastError, reason);
    assert.equal(hub.requests.length, 3);
  });
}

test("a hub's 307 is followed with the whole form", async () => {
  const target = await site.startHub();
  const hub = await site.startHub({ status: 307, headers: { Location: `${target.url}moved` } });
  const { podcastId, topic } = await site.addFeed(hub);

  await site.subscribe(target);

  assert.deepEqual(target.requests[0], { ...hub.requests[0], path: "/moved" });
  assert.equal(target.subscriptionTo(topic).secret.length, 43);
  assert.ok(((await subscriptionsOf(podcastId))[0]?.leaseMs ?? 0) > 9 * DAY_MS);
});

test("a hub that asks to wait is not asked before, nor is another feed's subscription there", async () => {
  const hub = await site.startHub({ status: 429, headers: { "Retry-After": "90000" } });
  const { podcastId } = await site.addFeed(hub);

  await site.subscribe(hub);

  const [stored] = await subscriptionsOf(podcastId);
  const [host] = await ctx.db.once.select().from(crawlHost).where(eq(crawlHost.host, "127.0.0.1"));
  assert.ok((stored?.nextMs ?? 0) > 24.9 * HOUR_MS);
  assert.ok((host?.pausedUntil?.getTime() ?? 0) > Date.now());
});

test("a hub on a private address is never connected to", async () => {
  const hub = await site.startHub();
  const { podcastId } = await site.addFeed(hub);
  const publicSite = createContext({
    databaseUrl: site.databaseUrl,
    environment: { PODCORE_PUBLIC_URL: "https://podcore.example.com" },
    fetch: createFetch({ allow: [], userAgent: "podcore-test" }),
  });

  await pushSubscriber.run(publicSite, { budgetMs: 10_000 });

  assert.match(
    (await subscriptionsOf(podcastId))[0]?.row.lastError ?? "",
    /"127\.0\.0\.1" is not on the public internet/,
  );
  assert.equal(hub.requests.length, 0);
});

test("hubs on the internet are not asked while they cannot reach podcore, which says so once", async () => {
  const lines: string[] = [];
  const local = createContext({
    databaseUrl: site.databaseUrl,
    environment: { PODCORE_PUBLIC_URL: "http://podcore.lan" },
    writeLog: (line) => lines.push(line),
  });
  const { podcastId } = await site.addFeed({ url: "https://hub.example.com/" });

  await site.subscribe();
  for (let i = 0; i < 2; i += 1) await pushSubscriber.run(local, { budgetMs: 10_000 });

  const [stored] = await subscriptionsOf(podcastId);
  const said = [...lines, site.log()].join("").match(/Push is off: hubs on the internet cannot reach/g);
  assert.equal(stored?.row.requestedAt, null);
  assert.equal(said?.length, 1);
});

test("a pushed body of 8 MB is checked as it arrives, one of 17 MB refused", async () => {
  const { hub, podcastId, subscription } = await subscribed();

  const large = await hub.push(subscription, { body: Buffer.alloc(8 * 1024 * 1024, "a") });
  const { dueInMs } = await crawlOf(podcastId);
  // The reply is lost at times where the connection ends while the hub still sends.
  const huge = await hub.push(subscription, { body: Buffer.alloc(17 * 1024 * 1024, "a") }).catch(() => "reset");

  assert.equal(large, 204);
  assert.ok(huge === 413 || huge === "reset", String(huge));
  assert.ok(dueInMs <= 0);
});

test("what a push says is not stored", async () => {
  const { hub, podcastId, subscription, topic } = await subscribed();
  const body = rss({ title: "Hijacked", items: [{ guid: "forged" }], extra: hubLinks(hub, topic) });

  await hub.push(subscription, { body });
  await crawl(podcastId);

  const [{ title } = { title: "" }] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));
  const forged = await ctx.db.once.execute(sql`select from episode where guid = 'forged'`);
  assert.equal(title, "A Show");
  assert.equal(forged.length, 0);
});

/** Ends by what `change` does to a subscribed podcast. */
async function endBy(change: (given: Awaited<ReturnType<typeof subscribed>>) => Promise<void>) {
  const given = await subscribed();
  await change(given);
  await site.subscribe(given.hub);
  const modes = given.hub.requests.map((asked) => asked["hub.mode"]);
  return { ...given, modes, pushed: await given.hub.push(given.subscription) };
}

for (const [name, change] of [
  [
    "its feed names no hub any more",
    async ({ podcastId, path }) => {
      site.script[path] = rss({ title: "Without a hub" });
      await crawl(podcastId);
    },
  ],
  [
    "its feed names another topic",
    async ({ hub, podcastId, path }) => {
      site.script[path] = rss({ title: "Moved", extra: hubLinks(hub, "https://moved.example.com/feed") });
      await crawl(podcastId);
    },
  ],
  ["it is blocked", ({ podcastId }) => block(podcastId)],
  [
    "it is merged into another",
    async ({ podcastId }) => {
      await ctx.db.once.update(podcast).set({ mergedAt: new Date() }).where(eq(podcast.id, podcastId));
    },
  ],
] as const satisfies [string, (given: Awaited<ReturnType<typeof subscribed>>) => Promise<void>][]) {
  test(`a podcast is unsubscribed from its hub when ${name}`, async () => {
    const { hub, modes, pushed } = await endBy(change);

    assert.deepEqual(modes, ["subscribe", "unsubscribe"]);
    assert.equal(hub.verifications.at(-1)?.status, 200);
    assert.equal(pushed, 410);
  });
}

async function block(podcastId: number): Promise<void> {
  await podcastBlocker.block(ctx, { which: { podcastId }, reason: "A test" });
}

test("an ended subscription is forgotten, also by a hub that never verifies its end", async () => {
  const manner: Manner = {};
  const hub: Hub = await site.startHub(manner);
  const { podcastId, path } = await site.addFeed(hub);
  await site.subscribe(hub);
  manner.isMute = true;
  site.script[path] = rss({ title: "Without a hub" });
  await crawl(podcastId);

  for (let i = 0; i < 5; i += 1) {
    await site.subscribe(hub);
    await passTime("10 hours");
  }

  assert.deepEqual(
    hub.requests.map((asked) => asked["hub.mode"]),
    ["subscribe", "unsubscribe", "unsubscribe", "unsubscribe"],
  );
  assert.deepEqual(await subscriptionsOf(podcastId), []);
});

test("a removed podcast's pushes are answered with 410", async () => {
  const { hub, subscription, podcastId } = await subscribed();
  await ctx.db.once.delete(podcast).where(eq(podcast.id, podcastId));

  const status = await hub.push(subscription);

  assert.equal(status, 410);
});

test("a private podcast is not told to a hub", async () => {
  const hub = await site.startHub();
  const { podcastId } = await site.addFeed(hub);
  await ctx.db.once.update(podcast).set({ isPrivate: true, privateReason: "marked" }).where(eq(podcast.id, podcastId));

  await site.subscribe(hub);

  assert.equal(hub.requests.length, 0);
});

test("a feed that names another hub each time makes podcore ask one an hour", async () => {
  const hubs = [await site.startHub(), await site.startHub(), await site.startHub()];
  const { podcastId, path, topic } = await site.addFeed(hubs[0]);
  await site.subscribe(...hubs);

  for (const hub of hubs.slice(1)) {
    site.script[path] = rss({ title: hub.url, extra: hubLinks(hub, topic) });
    await crawl(podcastId);
    await site.subscribe(...hubs);
  }

  assert.deepEqual(
    hubs.map(({ requests }) => requests.map((asked) => asked["hub.mode"])),
    [["subscribe", "unsubscribe"], [], []],
  );
});
