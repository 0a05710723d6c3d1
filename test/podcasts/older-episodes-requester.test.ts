import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import podcastGet from "../../functions/web/podcast-get.ts";
import podcastRefreshPost from "../../functions/web/podcast-refresh-post.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import { job, podcast, podcastPages, rateLimit } from "../../shared/db/schema.ts";
import * as olderEpisodesRequester from "../../shared/podcasts/older-episodes-requester.ts";
import { callPage } from "../functions/web/call.ts";
import { ask } from "../graphql/api.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertPodcast } from "../support/rows.ts";

const nobody = createContext({ databaseUrl: await createDatabase() });
const { db } = nobody;
const email = "ada@example.com";
const accountId = await insertAccount(db, { email });
const reader = withAccount(accountId, email);
const ephemeral = withAccount(await insertAccount(db), null);

beforeEach(async () => {
  await db.once.delete(job);
  await db.once.delete(podcast);
  await db.once.delete(rateLimit);
});

function withAccount(id: number, address: string | null): Context {
  const credential = { kind: "login", id: 1 } as const;
  return nobody.with({ caller: { ...NOBODY, account: { id, email: address }, credential } });
}

async function insertPaged({ isPrivate = false, nextUrl = "https://example.com/feed?page=9" } = {}): Promise<number> {
  const podcastId = await insertPodcast(db, { isPrivate });
  await db.once.insert(podcastPages).values({ podcastId, nextUrl, numPages: 8 });
  return podcastId;
}

async function pageOf(ctx: Context, podcastId: number): Promise<string> {
  const params = { id: String(podcastId) };
  return (await callPage(podcastGet, { ctx, path: `/podcasts/${podcastId}`, params })).body.toString();
}

test("a signed-in reader finds a button at the end of the list, which requests ten more pages once", async () => {
  const podcastId = await insertPaged();
  const action = `/podcasts/${podcastId}/refresh?older=true`;

  const before = await pageOf(reader, podcastId);
  await callPage(podcastRefreshPost, { ctx: reader, path: action, params: { id: String(podcastId) }, form: {} });
  await callPage(podcastRefreshPost, { ctx: reader, path: action, params: { id: String(podcastId) }, form: {} });
  const after = await pageOf(reader, podcastId);

  assert.ok(before.includes(`action="${action}"`));
  assert.ok(after.includes("Older episodes are being loaded"));
  assert.deepEqual(
    (await db.once.select().from(job)).map(({ name, args }) => [name, args]),
    [["feed_pages", { podcastId }]],
  );
  const [pages] = await db.once.select().from(podcastPages);
  assert.equal(pages?.maxPages, 18);
});

test("a visitor is told to log in, and finds nothing where the feed has no more pages", async () => {
  const podcastId = await insertPaged();
  const plainId = await insertPodcast(db);

  assert.ok((await pageOf(nobody, podcastId)).includes("The feed has older episodes"));
  assert.doesNotMatch(await pageOf(reader, plainId), /older episodes/i);
});

test("podcastLoadOlderEpisodes requests pages for signed-in accounts, and hasOlderEpisodes says that there are some", async () => {
  const podcastId = await insertPaged();
  const mutation = `mutation { podcastLoadOlderEpisodes(podcastId: "${podcastId}") }`;

  const { body } = await ask(nobody, `{ podcastById(id: "${podcastId}") { hasOlderEpisodes } }`);
  const refused = [await ask(nobody, mutation), await ask(ephemeral, mutation)];
  const answers = [await ask(reader, mutation), await ask(reader, mutation)];

  assert.deepEqual(body.data, { podcastById: { hasOlderEpisodes: true } });
  assert.deepEqual(
    refused.map(({ status, body: { errors } }) => [status ?? 200, errors?.length]),
    [
      [401, 1],
      [200, 1],
    ],
  );
  assert.deepEqual(
    answers.map(({ body: { data } }) => data),
    [{ podcastLoadOlderEpisodes: true }, { podcastLoadOlderEpisodes: false }],
  );
});

test("run() refuses podcasts that the account may not see, and more than 20 requests an hour", async () => {
  const hidden = await insertPaged({ isPrivate: true });
  await assert.rejects(olderEpisodesRequester.run(reader, { accountId, podcastId: hidden }), { status: 404 });
  for (let i = 0; i < 20; i += 1)
    await olderEpisodesRequester.run(reader, { accountId, podcastId: await insertPaged() });

  const podcastId = await insertPaged();

  await assert.rejects(olderEpisodesRequester.run(reader, { accountId, podcastId }), { status: 429 });
});
