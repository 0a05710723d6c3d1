import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { account, podcast } from "../../../shared/db/schema.ts";
import { encodeSyncToken } from "../../../shared/graphql/sync-token.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../../support/rows.ts";
import { ask } from "../api.ts";

const visitor = createContext({ databaseUrl: await createDatabase() });
const { db } = visitor;
let ctx: typeof visitor;
let accountId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db, { email: "me@example.com" });
  ctx = as({ id: accountId, email: "me@example.com" });
});

function as(who: { id: number; email: string | null }): typeof visitor {
  return visitor.with({ caller: { ...visitor.caller, account: who } });
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

async function data(query: string, by = ctx) {
  const { body } = await ask(by, query);
  assert.equal(body.errors, undefined, JSON.stringify(body.errors));
  return body.data;
}

const subscribe = (podcastId: number, subscribed = true) =>
  data(`mutation { accountPodcastUpdate(podcastId: "${podcastId}", subscribed: ${subscribed}) { id } }`);
const favorite = (episodeId: number, favorited = true) =>
  data(`mutation { accountPodcastEpisodeFavoritedUpdate(episodeId: "${episodeId}", favorited: ${favorited}) { id } }`);
const play = (episodeId: number, played = true) =>
  data(`mutation { accountPodcastEpisodePlayedUpdate(episodeId: "${episodeId}", played: ${played}) { id } }`);
const hear = (episodeId: number, seconds: number) =>
  data(
    `mutation { accountPodcastEpisodePositionUpdate(episodeId: "${episodeId}", positionSeconds: ${seconds}) { id } }`,
  );

test("account is null for a visitor, who reads what is public", async () => {
  await insertPodcast(db, { title: "Show" });

  const shown = await data("{ account { id } podcast { title accountPodcast { id } } }", visitor);

  assert.deepEqual(shown, { account: null, podcast: [{ title: "Show", accountPodcast: null }] });
});

test("account says who it is", async () => {
  const ephemeral = await insertAccount(db);

  const [mine, other] = [
    await data("{ account { id email isEphemeral } }"),
    await data("{ account { id email isEphemeral } }", as({ id: ephemeral, email: null })),
  ];

  assert.deepEqual(mine.account, { id: String(accountId), email: "me@example.com", isEphemeral: false });
  assert.deepEqual(other.account, { id: String(ephemeral), email: null, isEphemeral: true });
});

test("account lists subscriptions, what is new, in progress, favourites and history", async () => {
  const podcastId = await insertPodcast(db, { title: "Show" });
  const add = (title: string, hours: number) => insertEpisode(db, { podcastId, title, publishedAt: hoursAgo(hours) });
  const [fresh, started, done] = [await add("fresh", 1), await add("started", 2), await add("done", 3)];
  await subscribe(podcastId);
  await hear(started, 42);
  await play(done);
  await favorite(fresh);

  const shown = await data(`{ account {
    subscriptions { nodes { accountId podcastId isSubscribed unsubscribedAt numNew podcast { title } } }
    newEpisodes { nodes { title podcast { title } accountEpisode { favorited played positionSeconds } } }
    inProgress { nodes { positionSeconds played episode { title podcast { title } } } }
    favorites { nodes { episode { title } listenedAt } }
    history { edges { node { episode { title } positionSeconds } } pageInfo { hasNextPage } }
  } }`);

  assert.deepEqual(shown.account, {
    subscriptions: {
      nodes: [
        {
          ...{ accountId: String(accountId), podcastId: String(podcastId), isSubscribed: true, unsubscribedAt: null },
          ...{ numNew: 1, podcast: { title: "Show" } },
        },
      ],
    },
    newEpisodes: {
      nodes: [
        {
          title: "fresh",
          podcast: { title: "Show" },
          accountEpisode: { favorited: true, played: false, positionSeconds: 0 },
        },
      ],
    },
    inProgress: {
      nodes: [{ positionSeconds: 42, played: false, episode: { title: "started", podcast: { title: "Show" } } }],
    },
    favorites: { nodes: [{ episode: { title: "fresh" }, listenedAt: null }] },
    history: {
      edges: [
        { node: { episode: { title: "done" }, positionSeconds: null } },
        { node: { episode: { title: "started" }, positionSeconds: 42 } },
      ],
      pageInfo: { hasNextPage: false },
    },
  });
});

test("each list pages with first and after", async () => {
  for (let i = 0; i < 3; i += 1) {
    const podcastId = await insertPodcast(db, { title: `Show ${i}` });
    await subscribe(podcastId);
    await insertEpisode(db, { podcastId, publishedAt: hoursAgo(i) });
    const episodeId = await insertEpisode(db, { podcastId, publishedAt: hoursAgo(i) });
    await hear(episodeId, 5);
    await favorite(episodeId);
  }

  for (const list of ["subscriptions", "newEpisodes", "inProgress", "favorites", "history"]) {
    const page = (after: string | null) =>
      data(
        `{ account { ${list}(first: 2, after: ${JSON.stringify(after)}) { nodes { id } pageInfo { hasNextPage endCursor } } } }`,
      );
    const one = (await page(null)).account[list];
    const two = (await page(one.pageInfo.endCursor)).account[list];

    assert.deepEqual([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage], [true, false], list);
    const ids = [...one.nodes, ...two.nodes].map((it: { id: string }) => it.id);
    assert.deepEqual([ids.length, new Set(ids).size], [3, 3], list);
  }
});

test("syncToken as updatedSince tells what came and what left, and nothing when nothing did", async () => {
  const [one, two] = [await insertPodcast(db, { title: "One" }), await insertPodcast(db, { title: "Two" })];
  const [a, b] = [await insertEpisode(db, { podcastId: one }), await insertEpisode(db, { podcastId: one })];
  await subscribe(one);
  await favorite(a);
  await hear(b, 10);
  const changes = (token: string) => `{ account { syncToken
    subscriptions(updatedSince: "${token}") { nodes { podcast { title } isSubscribed } }
    favorites(updatedSince: "${token}") { nodes { episodeId favorited } }
    inProgress(updatedSince: "${token}") { nodes { episodeId played positionSeconds } }
  } }`;
  const { account: first } = await data("{ account { syncToken } }");
  await subscribe(two);
  await subscribe(one, false);
  await favorite(a, false);
  await play(b);

  const { account: second } = await data(changes(first.syncToken));
  const { account: third } = await data(changes(second.syncToken));

  assert.deepEqual(
    [second.subscriptions.nodes, second.favorites.nodes, second.inProgress.nodes],
    [
      [
        { podcast: { title: "Two" }, isSubscribed: true },
        { podcast: { title: "One" }, isSubscribed: false },
      ],
      [{ episodeId: String(a), favorited: false }],
      [{ episodeId: String(b), played: true, positionSeconds: null }],
    ],
  );
  assert.deepEqual([third.subscriptions.nodes, third.favorites.nodes, third.inProgress.nodes], [[], [], []]);
});

test("newEpisodes with updatedSince tells of what a crawl brought, and of what was played", async () => {
  const podcastId = await insertPodcast(db);
  await subscribe(podcastId);
  const longAgo = { createdAt: hoursAgo(100), updatedAt: hoursAgo(100), publishedAt: hoursAgo(100) };
  const played = await insertEpisode(db, { podcastId, title: "played", ...longAgo });
  await insertEpisode(db, { podcastId, title: "untouched", ...longAgo });
  const { account: before } = await data("{ account { syncToken } }");
  await play(played);
  await insertEpisode(db, { podcastId, title: "brought", publishedAt: hoursAgo(0) });

  const { account: after } = await data(
    `{ account { newEpisodes(updatedSince: "${before.syncToken}") { nodes { title accountEpisode { played } } } } }`,
  );

  assert.deepEqual(after.newEpisodes.nodes, [
    { title: "played", accountEpisode: { played: true } },
    { title: "brought", accountEpisode: null },
  ]);
});

test("a private podcast that the account has left comes without its podcast, and its episodes without theirs", async () => {
  const podcastId = await insertPodcast(db);
  const episodeId = await insertEpisode(db, { podcastId });
  await subscribe(podcastId);
  const { account: before } = await data("{ account { syncToken } }");
  await favorite(episodeId);
  await db.once.update(podcast).set({ isPrivate: true });
  const inside = await data(
    `{ podcastById(id: "${podcastId}") { accountPodcast { isSubscribed } } account { favorites { nodes { episode { id } } } } }`,
  );

  await subscribe(podcastId, false);
  const { account: after } = await data(`{ account {
    subscriptions(updatedSince: "${before.syncToken}") { nodes { podcastId isSubscribed podcast { title } } }
    favorites(updatedSince: "${before.syncToken}") { nodes { episodeId episode { title } } }
    all: favorites { nodes { id } }
  } }`);

  assert.deepEqual(inside.podcastById.accountPodcast, { isSubscribed: true });
  assert.deepEqual(inside.account.favorites.nodes, [{ episode: { id: String(episodeId) } }]);
  assert.deepEqual(after.subscriptions.nodes, [{ podcastId: String(podcastId), isSubscribed: false, podcast: null }]);
  assert.deepEqual(after.favorites.nodes, [{ episodeId: String(episodeId), episode: null }]);
  assert.deepEqual(after.all.nodes, []);
});

const at = new Date("2026-01-01T00:00:00Z");
const far = new Date("+010000-01-01T00:00:00Z");
const badTokens: [name: string, make: () => string][] = [
  ["nothing", () => ""],
  ["what is no token", () => "x"],
  ["another account's token", () => encodeSyncToken({ id: accountId + 1, sequence: 0, at })],
  ["a token from ahead", () => encodeSyncToken({ id: accountId, sequence: 1, at })],
  ["a token of a year beyond the database's", () => encodeSyncToken({ id: accountId, sequence: 0, at: far })],
  ["a token with no instant", () => Buffer.from(`[${accountId},0,"2026"]`).toString("base64url")],
];

for (const [name, make] of badTokens) {
  test(`updatedSince refuses ${name}: the client begins anew`, async () => {
    const token = make();

    const { body } = await ask(ctx, `{ account { favorites(updatedSince: "${token}") { nodes { id } } } }`);

    assert.equal(
      body.errors?.[0]?.message,
      `Bad request: Error parsing parameter "updatedSince": not a token of this account: "${token}"`,
    );
  });
}

test("a list of changes refuses a cursor of the list itself", async () => {
  const { account: shown } = await data("{ account { syncToken } }");
  await favorite(await insertEpisode(db, { podcastId: await insertPodcast(db) }));
  const { account: listed } = await data("{ account { favorites { pageInfo { endCursor } } } }");
  const { endCursor } = listed.favorites.pageInfo;

  const { body } = await ask(
    ctx,
    `{ account { favorites(updatedSince: "${shown.syncToken}", after: "${endCursor}") { nodes { id } } } }`,
  );

  assert.match(body.errors?.[0]?.message ?? "", /parameter "after": not a cursor of this list/);
});

test("account is null once it is deleted", async () => {
  await db.once.delete(account);

  assert.deepEqual(await data("{ account { id } }"), { account: null });
});

test("each mutation of several shows the state after it", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
  const state = "{ positionSeconds episode { accountEpisode { positionSeconds played } } }";

  const shown = await data(`mutation {
    a: accountPodcastEpisodePositionUpdate(episodeId: "${episodeId}", positionSeconds: 10) ${state}
    b: accountPodcastEpisodePositionUpdate(episodeId: "${episodeId}", positionSeconds: 20) ${state}
    c: accountPodcastEpisodePlayedUpdate(episodeId: "${episodeId}", played: true) ${state}
  }`);

  const expected = (positionSeconds: number | null, played: boolean) => ({
    positionSeconds,
    episode: { accountEpisode: { positionSeconds, played } },
  });
  assert.deepEqual(shown, { a: expected(10, false), b: expected(20, false), c: expected(null, true) });
});

test("accountPodcastEpisodePositionUpdate refuses a negative position, and what is no whole number", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
  const query = (seconds: string) =>
    `mutation { accountPodcastEpisodePositionUpdate(episodeId: "${episodeId}", positionSeconds: ${seconds}) { id } }`;

  const negative = await ask(ctx, query("-1"));
  const fraction = await ask(ctx, query("1.5"));

  assert.match(negative.body.errors?.[0]?.message ?? "", /^Bad request: Error parsing parameter "position_seconds": /);
  assert.equal(fraction.status, 400);
});

test("what one device tells late does not undo what another has told of a later instant", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
  const hearAt = (positionSeconds: number, at: Date) =>
    data(`mutation {
      accountPodcastEpisodePositionUpdate(episodeId: "${episodeId}", positionSeconds: ${positionSeconds}, at: "${at.toISOString()}") {
        positionSeconds
        listenedAt
      }
    }`);
  const at = hoursAgo(1);
  await hearAt(300, at);

  const late = await hearAt(20, hoursAgo(2));

  assert.deepEqual(late, {
    accountPodcastEpisodePositionUpdate: { positionSeconds: 300, listenedAt: at.toISOString() },
  });
});

test("an instant is taken with any zone's offset, and refused where it is none or beyond what is stored", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
  const favoriteAt = (at: string) =>
    ask(
      ctx,
      `mutation { accountPodcastEpisodeFavoritedUpdate(episodeId: "${episodeId}", favorited: true, at: "${at}") { favoritedAt } }`,
    );

  const { body } = await favoriteAt("2018-04-21T11:30:00.5+02:00");
  const refused = await Promise.all(
    ["yesterday", "2018-04-21", "2018-13-21T09:30:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-10:00"].map(
      favoriteAt,
    ),
  );

  assert.deepEqual(body, {
    data: { accountPodcastEpisodeFavoritedUpdate: { favoritedAt: "2018-04-21T09:30:00.500Z" } },
  });
  for (const { status, body } of refused) {
    assert.equal(status, 400);
    assert.match(body.errors?.[0]?.message ?? "", /Cannot read DateTime "/);
  }
});

test("an account's list gives of an episode what the list has read, and more where more is asked for", async () => {
  const podcastId = await insertPodcast(db, { title: "Tide Tables" });
  await favorite(await insertEpisode(db, { podcastId, title: "High water", descriptionHtml: "<p>Notes</p>" }));
  const favorites = (fields: string) => data(`{ account { favorites { nodes { episode { ${fields} } } } } }`);

  const brief = await favorites("title podcast { title }");
  const whole = await favorites("title description episodeType");

  assert.deepEqual(brief.account.favorites.nodes, [
    { episode: { title: "High water", podcast: { title: "Tide Tables" } } },
  ]);
  assert.deepEqual(whole.account.favorites.nodes, [
    { episode: { title: "High water", description: "<p>Notes</p>", episodeType: null } },
  ]);
});

test("the caller's own state is asked for once for a whole list", async () => {
  for (let i = 0; i < 10; i += 1) {
    const podcastId = await insertPodcast(db);
    await subscribe(podcastId);
    await favorite(await insertEpisode(db, { podcastId, publishedAt: hoursAgo(1) }));
  }
  let numAsked = 0;
  const counting = new Proxy(db, {
    get(target, key) {
      if (key === "select" || key === "execute") numAsked += 1;
      return Reflect.get(target, key);
    },
  });
  const counted: typeof ctx = ctx.with({ db: counting });
  const query = (first: number) => `{
    podcasts(first: ${first}) { nodes { accountPodcast { isSubscribed numNew } episodes(first: 1) { nodes { accountEpisode { favorited } } } } }
    account { subscriptions(first: ${first}) { nodes { numNew podcast { title } } } favorites(first: ${first}) { nodes { episode { podcast { title } } } } }
  }`;

  await data(query(1), counted);
  const numForOne = numAsked;
  const ten = await data(query(10), counted);

  assert.equal(numAsked - numForOne, numForOne);
  assert.deepEqual(
    ten.podcasts.nodes,
    Array.from({ length: 10 }, () => ({
      accountPodcast: { isSubscribed: true, numNew: 1 },
      episodes: { nodes: [{ accountEpisode: { favorited: true } }] },
    })),
  );
});

test("an account's lists count against the limit on podcasts and episodes", async () => {
  const lists = Array.from(
    { length: 13 },
    (_, i) => `a${i}: inProgress(first: 100) { nodes { episode { podcast { id accountPodcast { id } } } } }`,
  );

  const { status, body } = await ask(ctx, `{ account { ${lists.join(" ")} } }`);

  assert.equal(status, 400);
  assert.match(body.errors?.[0]?.message ?? "", /with 5200 podcasts and episodes/);
});
