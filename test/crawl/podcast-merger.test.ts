import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { setTimeout } from "node:timers/promises";
import { asc, eq, sql } from "drizzle-orm";
import * as cleaner from "../../shared/cleaning/cleaner.ts";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as lateSubscriptionMover from "../../shared/crawl/identity/late-subscription-mover.ts";
import { mergePodcasts } from "../../shared/crawl/identity/podcast-merger.ts";
import * as podcastUnmerger from "../../shared/crawl/identity/podcast-unmerger.ts";
import { LeaseLostError, lockLease } from "../../shared/crawl/lock-lease.ts";
import {
  accountEpisode,
  accountPodcast,
  episode,
  podcast,
  podcastFeedLocation,
  podcastMerge,
  podcastMergeRow,
} from "../../shared/db/schema.ts";
import { setSubscription } from "../../shared/listening/subscription-updater.ts";
import { createContext } from "../support/context.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const { db } = ctx;

beforeEach(async () => {
  await db.once.delete(podcastMerge);
  await db.once.delete(podcast);
});

const EARLY = new Date("2020-01-01T00:00:00Z");
const LATE = new Date("2021-01-01T00:00:00Z");

/** Two podcasts with one episode in common by GUID, one by media URL, and one that each has alone. */
async function insertTwins() {
  const [winnerId, loserId] = [
    await insertPodcast(db, { title: "Winner" }),
    await insertPodcast(db, { title: "Loser" }),
  ];
  const media = (name: string) => ({ mediaUrl: `https://media.example.com/${name}.mp3`, title: name });
  const add = (podcastId: number, guid: string, name: string) => insertEpisode(db, { podcastId, guid, ...media(name) });
  return {
    winnerId,
    loserId,
    winner: {
      byGuid: await add(winnerId, "one", "w-one"),
      byMedia: await add(winnerId, "w-two", "two"),
      own: await add(winnerId, "w-three", "w-three"),
    },
    loser: {
      byGuid: await add(loserId, "one", "l-one"),
      byMedia: await add(loserId, "l-two", "two"),
      own: await add(loserId, "l-three", "l-three"),
    },
  };
}

let sequence = 0;
const listen = (accountId: number, episodeId: number, positionSeconds: number | null, listenedAt: Date) =>
  db.once.insert(accountEpisode).values({
    ...{ accountId, episodeId, positionSeconds, listenedAt, sequence: ++sequence },
    isPlayed: positionSeconds === null,
  });
const subscribe = (accountId: number, podcastId: number, subscribedAt: Date) =>
  db.once.insert(accountPodcast).values({ accountId, podcastId, subscribedAt, sequence: ++sequence });

/** Everything that a merge may change, without the numbers and instants that each change raises. */
async function everything() {
  type Changing = { sequence?: number; updatedAt: Date; createdAt: Date };
  const strip = <T extends Changing>(rows: T[]) =>
    rows.map(({ sequence: _sequence, updatedAt: _updatedAt, createdAt: _createdAt, ...row }) => row);
  return {
    subscriptions: strip(await db.once.select().from(accountPodcast).orderBy(asc(accountPodcast.id))),
    states: strip(await db.once.select().from(accountEpisode).orderBy(asc(accountEpisode.id))),
    episodes: strip(await db.once.select().from(episode).orderBy(asc(episode.id))),
    locations: await db.once.select().from(podcastFeedLocation).orderBy(asc(podcastFeedLocation.id)),
    shows: strip(await db.once.select().from(podcast).orderBy(asc(podcast.id))),
  };
}

async function positionsOf(accountId: number) {
  const rows = await db.once
    .select()
    .from(accountEpisode)
    .where(eq(accountEpisode.accountId, accountId))
    .orderBy(asc(accountEpisode.episodeId));
  return new Map(rows.map((row) => [row.episodeId, row.isPlayed ? "played" : row.positionSeconds]));
}

test("mergePodcasts() moves subscriptions, states, own episodes and URLs, and the later state of an episode wins", async () => {
  const { winnerId, loserId, winner, loser } = await insertTwins();
  const [both, only] = [await insertAccount(db), await insertAccount(db)];
  await db.once.execute(sql`update account set sequence = 100`);
  await subscribe(both, winnerId, LATE);
  await subscribe(both, loserId, EARLY);
  await subscribe(only, loserId, EARLY);
  await listen(both, winner.byGuid, 10, EARLY);
  await listen(both, loser.byGuid, null, LATE);
  await listen(both, winner.byMedia, 20, LATE);
  await listen(both, loser.byMedia, null, EARLY);
  await listen(only, loser.byMedia, 30, EARLY);
  await listen(only, loser.own, 40, EARLY);

  const result = await mergePodcasts(ctx, { winnerId, loserId });

  const held = await db.once
    .select()
    .from(accountPodcast)
    .orderBy(asc(accountPodcast.accountId), asc(accountPodcast.podcastId));
  const urls = await db.once.select().from(podcastFeedLocation).orderBy(asc(podcastFeedLocation.id));
  const [bothPositions, onlyPositions] = [await positionsOf(both), await positionsOf(only)];
  assert.deepEqual(result, { kind: "merged", winnerId, loserId, numEpisodesMoved: 1, numSubscriptions: 2 });
  assert.deepEqual(
    held.map((row) => [row.accountId, row.podcastId, row.subscribedAt?.getTime(), row.unsubscribedAt === null]),
    [
      [both, winnerId, EARLY.getTime(), true],
      [both, loserId, EARLY.getTime(), false],
      [only, winnerId, EARLY.getTime(), true],
      [only, loserId, EARLY.getTime(), false],
    ],
  );
  assert.deepEqual([bothPositions.get(winner.byGuid), bothPositions.get(winner.byMedia)], ["played", 20]);
  assert.deepEqual([onlyPositions.get(winner.byMedia), onlyPositions.get(loser.own)], [30, 40]);
  assert.deepEqual(
    (await db.once.select().from(episode).where(eq(episode.podcastId, winnerId)).orderBy(asc(episode.id))).map(
      ({ id }) => id,
    ),
    [winner.byGuid, winner.byMedia, winner.own, loser.own],
  );
  assert.deepEqual(
    urls.map((row) => [row.podcastId, row.isCurrent]),
    [
      [winnerId, true],
      [winnerId, false],
    ],
  );
});

test("mergePodcasts() numbers what it changes like the account's other changes", async () => {
  const { winnerId, loserId, loser } = await insertTwins();
  const accountId = await insertAccount(db);
  await db.once.execute(sql`update account set sequence = 100 where id = ${accountId}`);
  await subscribe(accountId, loserId, EARLY);
  await listen(accountId, loser.byGuid, 10, EARLY);
  await listen(accountId, loser.byMedia, 10, EARLY);

  await mergePodcasts(ctx, { winnerId, loserId });

  const rows = await db.once.execute<{ sequence: string }>(sql`
    select sequence from account_podcast where account_id = ${accountId} and sequence > 100
    union all select sequence from account_episode where account_id = ${accountId} and sequence > 100 order by 1`);
  const [account] = await db.once.execute<{ sequence: string }>(
    sql`select sequence from account where id = ${accountId}`,
  );
  assert.deepEqual(
    rows.map((row) => Number(row.sequence)),
    [101, 102, 103, 104],
  );
  assert.equal(Number(account?.sequence), 104);
});

test("mergePodcasts() can be repeated, and an undone merge leaves everything as it was", async () => {
  const { winnerId, loserId, winner, loser } = await insertTwins();
  const [both, only] = [await insertAccount(db), await insertAccount(db)];
  await subscribe(both, winnerId, LATE);
  await subscribe(both, loserId, EARLY);
  await listen(both, winner.byGuid, 10, EARLY);
  await listen(both, loser.byGuid, null, LATE);
  await listen(both, loser.own, 5, LATE);
  await db.once.insert(accountPodcast).values({ accountId: only, podcastId: loserId, addedAt: EARLY, sequence: 1 });
  const before = await everything();

  const first = await mergePodcasts(ctx, { winnerId, loserId });
  const merged = await everything();
  const second = await mergePodcasts(ctx, { winnerId, loserId });
  assert.deepEqual([second, await everything()], [first, merged]);
  await podcastUnmerger.run(ctx, { loserId });

  const undone = await everything();
  // The account's new relation to the winner stays as a row that says nothing.
  const own = undone.subscriptions.filter((row) => !(row.accountId === only && row.podcastId === winnerId));
  assert.deepEqual({ ...undone, subscriptions: own }, before);
  assert.deepEqual(await db.once.select().from(podcastMergeRow), []);
});

test("an undone merge leaves alone what listeners have changed since", async () => {
  const { winnerId, loserId, winner, loser } = await insertTwins();
  const accountId = await insertAccount(db);
  await listen(accountId, winner.byGuid, 10, EARLY);
  await listen(accountId, loser.byGuid, 20, LATE);
  await mergePodcasts(ctx, { winnerId, loserId });
  await db.once.execute(sql`
    update account_episode set position_seconds = 99, sequence = sequence + 100 where episode_id = ${winner.byGuid}`);

  await podcastUnmerger.run(ctx, { loserId });

  const positions = await positionsOf(accountId);
  assert.deepEqual([positions.get(winner.byGuid), positions.get(loser.byGuid)], [99, 20]);
});

for (const [what, columns] of [
  ["private", { isPrivate: true }],
  ["taken down", { takenDownAt: EARLY, takenDownReason: "Spam" }],
] as const) {
  test(`mergePodcasts() refuses a podcast that is ${what}, whichever it is`, async () => {
    const [open, closed] = [await insertPodcast(db), await insertPodcast(db, columns)];

    const results = [
      await mergePodcasts(ctx, { winnerId: open, loserId: closed }),
      await mergePodcasts(ctx, { winnerId: closed, loserId: open }),
    ];

    const refused = { kind: "refused", reason: `podcast "${closed}" is ${what}` };
    assert.deepEqual(results, [refused, refused]);
  });
}

test("an undone merge gives back which episodes the loser's feed lists, whatever the winner's feed lists", async () => {
  const { winnerId, loserId, loser } = await insertTwins();
  const absent = await insertEpisode(db, { podcastId: loserId, guid: "l-four", title: "l-four" });
  await db.once.update(episode).set({ absentSince: EARLY }).where(eq(episode.id, absent));
  await mergePodcasts(ctx, { winnerId, loserId });
  // What crawls of the winner may do.
  await db.once.update(episode).set({ absentSince: LATE }).where(eq(episode.id, loser.own));
  await db.once.update(episode).set({ absentSince: null }).where(eq(episode.id, absent));

  await podcastUnmerger.run(ctx, { loserId });

  const rows = await db.once
    .select({ id: episode.id, absentSince: episode.absentSince })
    .from(episode)
    .where(eq(episode.podcastId, loserId));
  assert.deepEqual(
    new Map(rows.map((row) => [row.id, row.absentSince])),
    new Map([
      [loser.byGuid, null],
      [loser.byMedia, null],
      [loser.own, null],
      [absent, EARLY],
    ]),
  );
});

test("an unmerge is refused while the winner is taken down, which would show it again", async () => {
  const { winnerId, loserId } = await insertTwins();
  await mergePodcasts(ctx, { winnerId, loserId });
  await db.once.update(podcast).set({ takenDownAt: LATE, takenDownReason: "Spam" }).where(eq(podcast.id, winnerId));

  await assert.rejects(podcastUnmerger.run(ctx, { loserId }), { status: 409, message: /taken down/ });
});

test("opposite merges at once leave one winner", async () => {
  const { winnerId, loserId } = await insertTwins();
  const pairs = [
    { winnerId, loserId },
    { winnerId: loserId, loserId: winnerId },
  ];

  const results = await Promise.all(pairs.map((pair) => mergePodcasts(ctx, pair)));

  const merged = await db.once.select().from(podcastMerge);
  assert.deepEqual(results.map(({ kind }) => kind).sort(), ["merged", "refused"]);
  assert.equal(merged.length, 1);
});

test("the same merge ten times at once is one merge", async () => {
  const { winnerId, loserId, loser } = await insertTwins();
  const accountId = await insertAccount(db);
  await subscribe(accountId, loserId, EARLY);
  await listen(accountId, loser.byGuid, 10, EARLY);

  const results = await Promise.all(Array.from({ length: 10 }, () => mergePodcasts(ctx, { winnerId, loserId })));

  assert.ok(results.every(({ kind }) => kind === "merged"));
  assert.equal((await db.once.select().from(podcastMerge)).length, 1);
});

test("a crawl that holds the loser's lease stores nothing after a merge", async () => {
  const { winnerId, loserId } = await insertTwins();
  const claim = await claimPodcast(db, { podcastId: loserId });
  assert.ok(claim);

  await mergePodcasts(ctx, { winnerId, loserId });

  await assert.rejects(
    db.once.transaction((tx) => lockLease(tx, claim)),
    LeaseLostError,
  );
  assert.equal(await claimPodcast(db, { podcastId: loserId }), undefined);
});

test("a merge whose connection is cut at any point is done once or not at all, and is repeated", async () => {
  const { hostname, port } = new URL(databaseUrl);
  const proxy = await startFaultProxy({ host: hostname, port: Number(port) });
  after(proxy.close);
  const proxied = Object.assign(new URL(databaseUrl), { hostname: "127.0.0.1", port: String(proxy.port) });
  const cut = createContext({ databaseUrl: proxied.href });
  // The server's replies in a merge are some thousands of bytes.
  for (const numBytes of [0, 200, 500, 900, 1_500, 2_500]) {
    const { winnerId, loserId, loser } = await insertTwins();
    const accountId = await insertAccount(db);
    await subscribe(accountId, loserId, EARLY);
    await listen(accountId, loser.byGuid, 10, EARLY);
    proxy.cutAfter(numBytes);

    const result = await mergePodcasts(cut, { winnerId, loserId });

    assert.equal(result.kind, "merged", `cut after ${numBytes} bytes`);
    const held = await db.once.select().from(accountPodcast).where(eq(accountPodcast.accountId, accountId));
    assert.equal(held.length, 2);
    assert.equal((await positionsOf(accountId)).size, 2);
  }
  proxy.cutAfter(Number.POSITIVE_INFINITY);
});

test("the clean tick deletes what was merged a month ago, and links still lead to the winner", async () => {
  const { winnerId, loserId } = await insertTwins();
  const fresh = await insertTwins();
  await mergePodcasts(ctx, { winnerId, loserId });
  await mergePodcasts(ctx, fresh);
  await db.once
    .update(podcast)
    .set({ mergedAt: sql`podcore_now() - interval '32 days'` })
    .where(eq(podcast.id, loserId));

  const { numDeleted } = await cleaner.run(ctx, { budgetMs: 10_000 });

  const left = await db.once.select().from(podcast).orderBy(asc(podcast.id));
  assert.equal(numDeleted.podcast, 1);
  assert.deepEqual(
    left.map(({ id }) => id),
    [winnerId, fresh.winnerId, fresh.loserId],
  );
  assert.equal((await db.once.select().from(podcastMerge)).length, 2);
  await assert.rejects(podcastUnmerger.run(ctx, { loserId }), { status: 404 });
});

test("the winner takes the loser's URL, when its own is gone", async () => {
  const { winnerId, loserId } = await insertTwins();
  await db.once.execute(sql`update podcast_crawl set gone_at = podcore_now() where podcast_id = ${winnerId}`);

  await mergePodcasts(ctx, { winnerId, loserId });

  const rows = await db.once.select().from(podcastFeedLocation).where(eq(podcastFeedLocation.isCurrent, true));
  assert.deepEqual(
    rows.map((row) => [row.podcastId, row.feedUrl]),
    [[winnerId, `https://feeds.example.com/${loserId}`]],
  );
});

test("mergePodcasts() matches no episodes by what several of a podcast share, and loses none of them", async () => {
  const [winnerId, loserId] = [await insertPodcast(db), await insertPodcast(db)];
  const add = (podcastId: number, guid: string, file: string) =>
    insertEpisode(db, {
      ...{ podcastId, guid, title: file, publishedAt: new Date(0) },
      mediaUrl: `https://media.example.com/${file}.mp3`,
    });
  for (const [guid, file] of ["1 a", "2 a", "both a", "3 b", "4 c", "5 c"].map((it) => it.split(" ")))
    await add(winnerId, guid ?? "", file ?? "");
  for (const [guid, file] of ["6 a", "7 a", "both a", "8 b", "9 b", "10 c"].map((it) => it.split(" ")))
    await add(loserId, guid ?? "", file ?? "");

  const result = await mergePodcasts(ctx, { winnerId, loserId });

  const rows = await db.once.select().from(episode).where(eq(episode.podcastId, winnerId)).orderBy(asc(episode.id));
  assert.ok(result.kind === "merged" && result.numEpisodesMoved === 5);
  assert.deepEqual(
    rows.map(({ guid }) => guid),
    ["1", "2", "both", "3", "4", "5", "6", "7", "8", "9", "10"],
  );
});

test("mergePodcasts() refuses two whose merge was undone, whichever wins, unless the operator has decided it", async () => {
  const { winnerId, loserId } = await insertTwins();
  await mergePodcasts(ctx, { winnerId, loserId });
  await podcastUnmerger.run(ctx, { loserId });

  const same = await mergePodcasts(ctx, { winnerId, loserId });
  const reverse = await mergePodcasts(ctx, { winnerId: loserId, loserId: winnerId });
  const decided = await mergePodcasts(ctx, { winnerId, loserId, isDecided: true });

  const refused = { kind: "refused", reason: "it was undone before" };
  assert.deepEqual([same, reverse, decided.kind], [refused, refused, "merged"]);
});

test("a merge and its undoing forget what was seen of a move", async () => {
  const { winnerId, loserId } = await insertTwins();
  const seeMove = () =>
    db.once.execute(sql`
      update podcast_crawl set moved_to_url = 'https://new.example.com/', moved_since = podcore_now(),
        moved_identity = 'A show', num_moves_seen = 7`);
  const moving = async () =>
    (await db.once.execute(sql`select podcast_id from podcast_crawl where num_moves_seen > 0 order by 1`)).map((row) =>
      Number(row.podcast_id),
    );

  await seeMove();
  await mergePodcasts(ctx, { winnerId, loserId });
  const merged = await moving();
  await seeMove();
  await podcastUnmerger.run(ctx, { loserId });

  assert.deepEqual([merged, await moving()], [[winnerId], []]);
});

test("a subscription that is made while a merge runs is moved to the winner afterwards, and given back when it is undone", async () => {
  const { winnerId, loserId, loser } = await insertTwins();
  const [early, late] = [await insertAccount(db), await insertAccount(db)];
  await subscribe(early, loserId, EARLY);
  const subscribed = async () =>
    (
      await db.once.execute<{ account_id: string; podcast_id: string }>(sql`
        select account_id, podcast_id from account_podcast where unsubscribed_at is null order by 1, 2`)
    ).map((row) => [Number(row.account_id), Number(row.podcast_id)]);
  const isMergeWaiting = async () =>
    (
      await db.once.execute(sql`
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%update episode%'`)
    ).length > 0;
  let merging: ReturnType<typeof mergePodcasts> | undefined;
  await db.once.transaction(async (tx) => {
    await tx.once.execute(sql`select from episode where id = ${loser.own} for update`);
    merging = mergePodcasts(ctx, { winnerId, loserId });
    while (!(await isMergeWaiting())) await setTimeout(10);
    await setSubscription(db, { accountId: late, podcastId: loserId, isSubscribed: true });
  });
  await merging;
  const left = await subscribed();

  await lateSubscriptionMover.run(ctx);
  const moved = await subscribed();
  await lateSubscriptionMover.run(ctx);
  const again = await subscribed();
  await podcastUnmerger.run(ctx, { loserId });

  assert.deepEqual(left, [
    [early, winnerId],
    [late, loserId],
  ]);
  assert.deepEqual(moved, [
    [early, winnerId],
    [late, winnerId],
  ]);
  assert.deepEqual(again, moved);
  assert.deepEqual(await subscribed(), [
    [early, loserId],
    [late, loserId],
  ]);
});

test("mergePodcasts() takes no time that grows with the square of the episodes", async () => {
  const [winnerId, loserId] = [await insertPodcast(db), await insertPodcast(db)];
  for (const podcastId of [winnerId, loserId]) {
    await insertEpisode(db, { podcastId, guid: `${podcastId}`, title: "Untitled", publishedAt: new Date(0) });
    await db.once.execute(sql`
      insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
      select podcast_id, guid || n, sha256((guid || '-' || n)::bytea), title, published_at, media_url, namespace, item_sha256
      from episode, generate_series(1, 3999) n where podcast_id = ${podcastId}`);
  }
  const startedAt = performance.now();

  const result = await mergePodcasts(ctx, { winnerId, loserId });

  // 0.3 s; 8 s if each pair is compared, and over 20 s if each pair is matched.
  const seconds = (performance.now() - startedAt) / 1_000;
  assert.ok(result.kind === "merged" && result.numEpisodesMoved >= 3_999);
  assert.ok(seconds < 5, `${seconds} s`);
});
