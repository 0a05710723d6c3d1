import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { rateLimit } from "../../shared/db/schema.ts";
import { lookUpPodcast } from "../../shared/directory/look-up-podcast.ts";
import { DIRECTORY_LIMIT } from "../../shared/directory/rate-limit.ts";
import { UserError } from "../../shared/errors.ts";
import { createContext } from "../support/context.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const databaseUrl = await createDatabase();
const environment = { PODCORE_DIRECTORY_URL: `${origin.url}/` };
const pods = [createContext({ databaseUrl, fetch, environment }), createContext({ databaseUrl, fetch, environment })];
const [ctx = createContext({ databaseUrl })] = pods;

beforeEach(async () => {
  origin.requests.splice(0);
  await ctx.db.once.delete(rateLimit);
});

/** Answers as Apple does, which calls JSON by another name and begins it with line breaks. */
function answer(results: unknown): Reply {
  const headers = { "Content-Type": "text/javascript; charset=utf-8" };
  return { headers, body: `\n\n\n${JSON.stringify({ resultCount: 1, results })}` };
}

test("lookUpPodcast() tells a podcast's feed with one GET", async () => {
  script["/lookup"] = answer([
    {
      wrapperType: "track",
      kind: "podcast",
      collectionId: 42,
      collectionName: "A Show",
      feedUrl: "https://x.example.com/",
    },
  ]);

  const found = await lookUpPodcast(ctx, { id: "42" });

  assert.deepEqual(found, { feedUrl: "https://x.example.com/" });
  assert.deepEqual(
    origin.requests.map(({ path }) => path),
    ["/lookup?id=42&entity=podcast"],
  );
});

test("lookUpPodcast() tells a podcast without a feed from none", async () => {
  script["/lookup"] = answer([{ collectionId: 42, collectionName: "Paid" }]);
  const withoutFeed = await lookUpPodcast(ctx, { id: "42" });
  script["/lookup"] = answer([]);
  const none = await lookUpPodcast(ctx, { id: "42" });
  script["/lookup"] = answer([null, 1, { collectionId: 43, feedUrl: "https://x.example.com/" }]);
  const another = await lookUpPodcast(ctx, { id: "42" });

  assert.deepEqual(withoutFeed, { feedUrl: undefined });
  assert.deepEqual([none, another], [undefined, undefined]);
});

for (const [name, reply, retryAfter, detail] of [
  ["refuses", { status: 403 }, "60", /it answered with status 403$/],
  ["says how long to wait", { status: 429, headers: { "Retry-After": "7" } }, "7", /status 429$/],
  ["answers with a page", "<html></html>", "60", /its answer cannot be read$/],
  ["answers with other JSON", '{"results":1}', "60", /its answer cannot be read$/],
  ["answers with too much", Buffer.alloc(300_000, " "), "60", /the body is over 262144 bytes$/],
  ["hangs up", { raw: (socket) => socket.destroy() }, "60", /Broken reply/],
] satisfies [string, Reply, string, RegExp][]) {
  test(`lookUpPodcast() asks to come back later, when the directory ${name}`, async () => {
    script["/lookup"] = reply;

    await assert.rejects(lookUpPodcast(ctx, { id: "42" }), (error) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual([error.status, error.headers["retry-after"]], [503, retryAfter]);
      assert.match(error.message, /^Cannot look up the podcast at Apple Podcasts: /);
      assert.match(error.message, detail);
      return true;
    });
  });
}

test("lookUpPodcast() asks no more than 20 times a minute, from all pods together", async () => {
  script["/lookup"] = answer([]);

  const asked = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) => lookUpPodcast(pods[i % 2] ?? ctx, { id: "42" })),
  );

  const refused = asked.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  assert.equal(origin.requests.length, DIRECTORY_LIMIT.max);
  assert.equal(refused.length, 30 - DIRECTORY_LIMIT.max);
  for (const error of refused) {
    assert.equal(error.status, 503);
    assert.ok(Number(error.headers["retry-after"]) > 0);
  }
});
