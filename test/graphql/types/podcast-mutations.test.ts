import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import type { Caller, Context } from "../../../shared/context.ts";
import { account, accountPodcast, job, podcast, rateLimit } from "../../../shared/db/schema.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { fetch } from "../../support/loopback.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount } from "../../support/rows.ts";
import { ask } from "../api.ts";

const origin = await startOrigin({ "/feed": rss({ title: "Tide Tables" }) });
after(origin.close);
const nobody = createContext({ databaseUrl: await createDatabase(), fetch });
const { db } = nobody;
let ctx = nobody;
let ephemeral = nobody;

beforeEach(async () => {
  origin.requests.splice(0);
  await db.once.delete(podcast);
  await db.once.delete(account);
  await db.once.delete(job);
  await db.once.delete(rateLimit);
  ctx = withKeyOf(await insertAccount(db, { email: "a@example.com" }), "a@example.com");
  ephemeral = withKeyOf(await insertAccount(db), null);
});

function withKeyOf(id: number, email: string | null): Context {
  const credential: Caller["credential"] = { kind: "api-key", id: 1 };
  const caller: Caller = { account: { id, email }, credential, address: "127.0.0.1", userAgent: undefined };
  return nobody.with({ caller });
}

const addMutation = (options: { url?: string; isPrivate?: boolean | null } = {}) => ({
  query: `mutation ($url: String!, $private: Boolean) {
    podcastAdd(url: $url, private: $private) { id title feedUrl episodes { nodes { title } } }
  }`,
  variables: { url: options.url ?? `${origin.url}/feed`, private: options.isPrivate },
});
const refreshMutation = (podcastId: number | string) => `mutation { podcastRefresh(podcastId: "${podcastId}") }`;

test("podcastAdd adds a podcast, subscribes the key's account, and answers with it", async () => {
  const { body } = await ask(ctx, addMutation());

  const [row] = await db.once.select().from(accountPodcast);
  assert.deepEqual(body, {
    data: {
      podcastAdd: {
        id: String(row?.podcastId),
        title: "Tide Tables",
        feedUrl: `${origin.url}/feed`,
        episodes: { nodes: [{ title: "Episode 1" }] },
      },
    },
  });
  assert.equal(row?.accountId, ctx.caller.account?.id);
  assert.equal(origin.requests.length, 1);
});

test("podcastAdd answers who has added a private podcast with it and its URL", async () => {
  for (const isPrivate of [true, null]) {
    await db.once.delete(podcast);

    const { body } = await ask(ctx, addMutation({ isPrivate }));

    const [row] = await db.once.select().from(podcast);
    assert.equal(row?.isPrivate, isPrivate ?? false);
    assert.equal(body.data?.podcastAdd.feedUrl, `${origin.url}/feed`);
  }
});

test("podcastAdd shows the subscription that it has made, after a mutation that ended it", async () => {
  await ask(ctx, addMutation());
  const [row] = await db.once.select().from(podcast);

  const { body } = await ask(
    ctx,
    `mutation {
      accountPodcastUpdate(podcastId: "${row?.id}", subscribed: false) { podcast { accountPodcast { isSubscribed } } }
      podcastAdd(url: "${origin.url}/feed") { accountPodcast { isSubscribed } }
    }`,
  );

  assert.deepEqual(body.data, {
    accountPodcastUpdate: { podcast: { accountPodcast: { isSubscribed: false } } },
    podcastAdd: { accountPodcast: { isSubscribed: true } },
  });
});

test("podcastAdd says why it cannot, and answers with nothing", async () => {
  const { body } = await ask(ctx, addMutation({ url: `${origin.url}/gone` }));

  assert.equal(body.data, null);
  assert.deepEqual(
    body.errors?.map(({ message }) => message),
    [`Cannot add "${origin.url}/gone": That podcast doesn't seem to exist on the host's servers (404).`],
  );
});

test("podcastRefresh tells whether it asked for a crawl", async () => {
  const { podcastId } = await addedLongAgo();

  const first = await ask(ctx, refreshMutation(podcastId));
  const second = await ask(ctx, refreshMutation(podcastId));

  assert.deepEqual(
    [first.body, second.body],
    [{ data: { podcastRefresh: true } }, { data: { podcastRefresh: false } }],
  );
  assert.equal((await db.once.select().from(job)).length, 1);
});

test("podcastRefresh knows no podcast that the account may not see, and no id that is none", async () => {
  const { podcastId } = await addedLongAgo();
  await db.once.update(podcast).set({ isPrivate: true });
  const other = withKeyOf(await insertAccount(db, { email: "b@example.com" }), "b@example.com");

  const unseen = await ask(other, refreshMutation(podcastId));
  const wrong = await ask(ctx, refreshMutation("x"));

  assert.equal(unseen.body.errors?.[0]?.message, `Not found: resource "podcast" with ID ${podcastId} was not found.`);
  assert.match(wrong.body.errors?.[0]?.message ?? "", /^Bad request: Error parsing parameter "podcast_id": /);
});

test("podcastAdd and podcastRefresh take an account with an e-mail address, and ask nobody without one", async () => {
  for (const mutation of [addMutation(), refreshMutation(1)]) {
    const anonymous = await ask(nobody, mutation);
    const unsigned = await ask(ephemeral, mutation);

    assert.match(anonymous.body.errors?.[0]?.message ?? "", /^Unauthorized: /);
    assert.match(unsigned.body.errors?.[0]?.message ?? "", /^Forbidden: sign up or log in first; /);
  }
  assert.equal(origin.requests.length, 0);
  assert.deepEqual(await db.once.select().from(podcast), []);
});

async function addedLongAgo(): Promise<{ podcastId: number }> {
  const { body } = await ask(ctx, addMutation());
  await db.once.execute("update podcast_crawl set last_attempted_at = podcore_now() - interval '1 hour'");
  return { podcastId: Number(body.data?.podcastAdd.id) };
}
