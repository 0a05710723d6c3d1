import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import podcastAddPost from "../../../functions/web/podcast-add-post.ts";
import type { Caller, Context } from "../../../shared/context.ts";
import { account, accountPodcast, podcast, rateLimit } from "../../../shared/db/schema.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { fetch } from "../../support/loopback.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount } from "../../support/rows.ts";
import { callPage } from "./call.ts";

const origin = await startOrigin({ "/feed": rss({ title: "Tide Tables" }), "/page": "<html></html>" });
after(origin.close);
const databaseUrl = await createDatabase();
const production = createContext({ databaseUrl, fetch });
const development = createContext({ databaseUrl, fetch, environment: { PODCORE_ENV: "development" } });
const { db } = production;
const feed = { url: `${origin.url}/feed` };

beforeEach(async () => {
  origin.requests.splice(0);
  await db.once.delete(podcast);
  await db.once.delete(account);
  await db.once.delete(rateLimit);
});

/** The context of a browser that is logged in to an account, an ephemeral one without `email`. */
async function loggedIn(ctx: Context, email?: string): Promise<Context> {
  const id = await insertAccount(db, email === undefined ? {} : { email });
  const caller: Caller = {
    account: { id, email: email ?? null },
    credential: { kind: "login", id: 1 },
    address: "127.0.0.1",
    userAgent: "test",
  };
  return ctx.with({ caller });
}

const post = (ctx: Context, form: Record<string, string>, headers = {}) =>
  callPage(podcastAddPost, { ctx, path: "/podcasts", form, headers });
const podcasts = () => db.once.select().from(podcast);
const held = () => db.once.select().from(accountPodcast);

test("podcast-add-post adds a podcast for who is signed in, and goes to its page", async () => {
  const ctx = await loggedIn(production, "a@example.com");

  const reply = await post(ctx, feed);

  const [row] = await held();
  assert.deepEqual([reply.status, reply.headers.location], [303, `/podcasts/${row?.podcastId}-tide-tables`]);
  assert.equal(row?.accountId, ctx.caller.account?.id);
  assert.ok(row?.addedAt && row.subscribedAt);
});

test("podcast-add-post hides what is marked private, and goes to its page all the same", async () => {
  const reply = await post(await loggedIn(production, "a@example.com"), { ...feed, private: "true" });

  const [row] = await podcasts();
  assert.equal(row?.isPrivate, true);
  assert.equal(reply.headers.location, `/podcasts/${row?.id}-tide-tables`);
});

test("podcast-add-post sends a browser that is not signed in to the login, and refuses a program", async () => {
  const ephemeral = await loggedIn(production);

  for (const ctx of [production, ephemeral]) {
    const reply = await post(ctx, feed, { accept: "text/html,*/*;q=0.8" });
    assert.deepEqual([reply.status, reply.headers.location], [303, "/login"]);
    await assert.rejects(post(ctx, feed, { accept: "*/*" }), { status: 401 });
  }

  assert.equal(origin.requests.length, 0);
  assert.deepEqual(await podcasts(), []);
});

test("podcast-add-post lets anybody add in development, and gives no account what it adds", async () => {
  const first = await post(development, feed);
  const second = await post(await loggedIn(development), { url: `${origin.url}/feed?token=x` });

  const [row] = await podcasts();
  assert.deepEqual([first.status, first.headers.location], [303, `/podcasts/${row?.id}-tide-tables`]);
  // Private, and nobody's: there is no page to go to.
  assert.equal(second.headers.location, "/");
  assert.deepEqual(await held(), []);
});

test("podcast-add-post gives who is signed in what it adds, in development too", async () => {
  await post(await loggedIn(development, "a@example.com"), feed);

  assert.equal((await held()).length, 1);
});

test("podcast-add-post says what is wrong with the URL", async () => {
  const ctx = await loggedIn(production, "a@example.com");

  await assert.rejects(post(ctx, {}), { status: 400, message: 'Bad request: Missing parameter "url"' });
  await assert.rejects(post(ctx, { url: "  " }), { status: 400 });
  await assert.rejects(post(ctx, { ...feed, private: "perhaps" }), { status: 400 });
  await assert.rejects(post(ctx, { url: `${origin.url}/page` }), {
    status: 422,
    message: /the page does not link to a feed$/,
  });
});

test("podcast-add-post shows a browser the form again, with what was typed and what is wrong with it", async () => {
  const ctx = await loggedIn(production, "a@example.com");
  const url = `${origin.url}/page?a=1&b="2"`;

  const reply = await post(ctx, { url, private: "true" }, { accept: "text/html,*/*;q=0.8" });

  const text = reply.body.toString();
  assert.equal(reply.status, 422);
  assert.match(text, /role="alert"[^>]*>[^<]*the page does not link to a feed</);
  assert.ok(text.includes(`value="${url.replace("&", "&amp;").replaceAll('"', "&quot;")}" aria-invalid="true"`));
  assert.match(text, /name="private"[^>]* checked/);
  assert.equal(reply.headers["cache-control"], "no-store");
});

test("podcast-add-post shows a browser the form again when nothing was typed", async () => {
  const reply = await post(development, { url: " " }, { accept: "text/html,*/*;q=0.8" });

  assert.equal(reply.status, 400);
  assert.match(reply.body.toString(), /<form class="add"/);
});
