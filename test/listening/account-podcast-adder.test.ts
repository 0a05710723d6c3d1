import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { eq } from "drizzle-orm";
import { account, accountPodcast, podcast, rateLimit } from "../../shared/db/schema.ts";
import * as accountPodcastAdder from "../../shared/listening/account-podcast-adder.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const ctx = createContext({
  databaseUrl: await createDatabase(),
  fetch,
  environment: { PODCORE_DIRECTORY_URL: origin.url },
});
let accountId = 0;

beforeEach(async () => {
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(account);
  await ctx.db.once.delete(rateLimit);
  accountId = await insertAccount(ctx.db, { email: "a@example.com" });
  script["/feed"] = rss();
  origin.requests.splice(0);
});

const add = (path: string, { isPrivate = false, by = accountId } = {}) =>
  accountPodcastAdder.run(ctx, { accountId: by, url: `${origin.url}${path}`, isPrivate });
const held = async () => ctx.db.once.select().from(accountPodcast).orderBy(accountPodcast.id);
const sequenceOf = async () => (await ctx.db.once.select().from(account))[0]?.sequence;
/** What adding has taken, besides the chapters and transcripts that a subscription requests. */
const limits = async () =>
  Object.fromEntries(
    (await ctx.db.once.select().from(rateLimit))
      .filter(({ kind }) => !kind.startsWith("episode-files"))
      .map(({ kind, numTaken }) => [kind, numTaken]),
  );

test("run() adds a podcast with one GET, and subscribes the account", async () => {
  const { podcastId, isNew } = await add("/feed");

  const [row] = await held();
  assert.equal(isNew, true);
  assert.deepEqual([row?.accountId, row?.podcastId, row?.sequence, await sequenceOf()], [accountId, podcastId, 1, 1]);
  assert.ok(row?.addedAt && row.subscribedAt && row.unsubscribedAt === null);
  assert.equal(origin.requests.length, 1);
});

test("run() subscribes to a podcast that is known, and asks nobody", async () => {
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed` });
  script["/feed"] = { status: 500 };

  const result = await add("/feed");

  assert.deepEqual([result.podcastId, result.isNew, result.numEpisodes], [podcastId, false, 1]);
  assert.equal((await held()).length, 1);
  assert.equal(origin.requests.length, 1);
  assert.deepEqual(await limits(), {});
});

test("run() changes nothing, when the account has added the podcast before", async () => {
  await add("/feed");
  const before = await held();

  await add("/feed");

  assert.deepEqual(await held(), before);
  assert.equal(await sequenceOf(), 1);
});

test("run() subscribes anew, when the account has left the podcast since", async () => {
  const { podcastId } = await add("/feed");
  const [before] = await held();
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: false });

  await add("/feed");

  const [row] = await held();
  assert.equal(row?.unsubscribedAt, null);
  assert.deepEqual(row?.addedAt, before?.addedAt);
  assert.ok((row?.subscribedAt ?? 0) > (before?.subscribedAt ?? 0));
  assert.deepEqual([row?.sequence, await sequenceOf()], [3, 3]);
});

test("run() takes down that a subscriber has given the URL, and keeps since when it is subscribed", async () => {
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed` });
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });
  const [before] = await held();

  await add("/feed");

  const [row] = await held();
  assert.deepEqual(row?.subscribedAt, before?.subscribedAt);
  assert.ok(row?.addedAt);
});

test("run() holds one row for each account, when ten adds of the same feed come at once", async () => {
  const other = await insertAccount(ctx.db, { email: "b@example.com" });

  await Promise.all(Array.from({ length: 10 }, (_, i) => add("/feed", { by: i % 2 ? other : accountId })));

  const rows = await held();
  assert.equal((await ctx.db.once.select().from(podcast)).length, 1);
  assert.deepEqual(rows.map((row) => row.accountId).sort(), [accountId, other].sort());
  assert.deepEqual(
    rows.map(({ sequence }) => sequence),
    [1, 1],
  );
});

test("run() subscribes to nothing, when there is no podcast to add", async () => {
  script["/page"] = "<html></html>";

  await assert.rejects(add("/page"), { status: 422 });
  await assert.rejects(add("/gone"), { status: 422 });
  await assert.rejects(accountPodcastAdder.run(ctx, { accountId, url: "gopher://x/", isPrivate: false }), {
    status: 400,
  });

  assert.deepEqual(await held(), []);
  assert.equal(await sequenceOf(), 0);
});

test("run() refuses the eleventh attempt within ten minutes, when ten have failed, and asks nobody", async () => {
  for (let i = 0; i < 10; i += 1) await assert.rejects(add(`/gone-${i}`), { status: 422 });
  origin.requests.splice(0);

  await assert.rejects(add("/gone"), (error: { status: number; headers: Record<string, string> }) => {
    assert.equal(error.status, 429);
    assert.ok(Number(error.headers["retry-after"]) > 500);
    return true;
  });

  const other = await insertAccount(ctx.db, { email: "b@example.com" });
  assert.equal(origin.requests.length, 0);
  assert.deepEqual(await limits(), { "podcast-add": 0, "podcast-add-failure": 11 });
  assert.equal((await add("/feed", { by: other })).isNew, true);
});

test("run() lets ten adds be under way at once, when many come together", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let numRefused = 0;
  const paths = Array.from({ length: 25 }, (_, i) => `/slow-${i}`);
  for (const path of paths) script[path] = (_, response) => void released.then(() => response.end(rss()));

  const results = await Promise.all(
    paths.map((path) =>
      add(path).catch(({ status }: { status: number }) => {
        numRefused += 1;
        if (numRefused === 15) release();
        return status;
      }),
    ),
  );

  assert.equal(results.filter((result) => result === 429).length, 15);
  assert.equal(results.filter((result) => typeof result === "object" && result.isNew).length, 10);
  // However many were refused, together they count as one.
  assert.deepEqual(await limits(), { "podcast-add": 10, "podcast-add-failure": 1 });
});

test("run() refuses the fifty-first podcast of a day, and takes one that is known still", async () => {
  await add("/feed");
  await ctx.db.once.update(rateLimit).set({ numTaken: 50 }).where(eq(rateLimit.kind, "podcast-add"));
  script["/another"] = rss();
  origin.requests.splice(0);

  await assert.rejects(add("/another"), {
    status: 429,
    message: `Cannot add "${origin.url}/another": an account can add 50 new podcasts a day`,
  });

  assert.equal(origin.requests.length, 0);
  assert.deepEqual(await limits(), { "podcast-add": 51, "podcast-add-failure": 0 });
  assert.equal((await add("/feed")).isNew, false);
});

test("run() counts no failure of the directory against the account", async () => {
  script["/lookup"] = { status: 403 };

  await assert.rejects(
    accountPodcastAdder.run(ctx, { accountId, url: "https://podcasts.apple.com/podcast/id42", isPrivate: false }),
    { status: 503 },
  );

  assert.deepEqual(await limits(), { directory: 1, "podcast-add": 0, "podcast-add-failure": 0 });
});

test("run() makes a second account an adder of a private podcast, when it gives the very URL", async () => {
  const other = await insertAccount(ctx.db, { email: "b@example.com" });
  const first = await add("/feed?token=hunter2");

  const second = await add("/feed?token=hunter2", { by: other });
  const stranger = await add("/feed?token=guess", { by: other });

  assert.deepEqual([first.isPrivate, second.isPrivate], [true, true]);
  assert.equal(second.podcastId, first.podcastId);
  assert.notEqual(stranger.podcastId, first.podcastId);
});
