import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import podcastAdd from "../../../functions/admin/podcast-add.ts";
import { podcast } from "../../../shared/db/schema.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { fetch } from "../../support/loopback.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";

const origin = await startOrigin({ "/1": rss({ title: "One" }), "/2": rss({ title: "Two" }), "/3": rss() });
after(origin.close);
const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
const { db } = ctx;

beforeEach(async () => {
  origin.requests.splice(0);
  await db.once.delete(podcast);
});

// `async`, so that what the params are refused with is a rejection as well.
const call = async (data: unknown) => podcastAdd.run(ctx, podcastAdd.readParams(data));
const titles = async () => (await db.once.select().from(podcast).orderBy(podcast.id)).map(({ title }) => title);

test("podcast-add adds one podcast, and tells of it", async () => {
  const { podcastId, ...found } = { podcastId: undefined, ...(await call({ url: `${origin.url}/1` })) };

  assert.equal(typeof podcastId, "number");
  assert.deepEqual(found, { title: "One", isNew: true, isPrivate: false, numEpisodes: 1, numSkipped: 0, skipped: [] });
});

test("podcast-add adds several in turn, and tells of each", async () => {
  const result = await call({ urls: [`${origin.url}/2`, `${origin.url}/1`], private: true });

  const rows = await db.once.select().from(podcast);
  assert.ok("added" in result && Array.isArray(result.added));
  assert.deepEqual(
    result.added.map(({ title, isPrivate }) => [title, isPrivate]),
    [
      ["Two", true],
      ["One", true],
    ],
  );
  assert.equal(rows.length, 2);
});

test("podcast-add stops at the first that fails, and keeps what it has added", async () => {
  const call3 = call({ urls: [`${origin.url}/1`, `${origin.url}/gone`, `${origin.url}/3`] });

  await assert.rejects(call3, { status: 422, message: new RegExp(`^Cannot add "${origin.url}/gone"`) });
  assert.deepEqual(await titles(), ["One"]);
  assert.equal(origin.requests.length, 2);
});

test("podcast-add stores a feed that has not changed again, when it is forced to", async () => {
  const url = `${origin.url}/1`;
  await call({ url });
  await db.once.execute("update podcast set title = 'Damaged'");

  await call({ url });
  const unforced = await titles();
  await call({ url, force: true });

  assert.deepEqual([unforced, await titles()], [["Damaged"], ["One"]]);
});

for (const params of [{}, { url: 1 }, { urls: [] }, { urls: "x" }, { urls: [1] }, { url: "x", force: "yes" }, []]) {
  test(`podcast-add refuses ${JSON.stringify(params)}`, async () => {
    await assert.rejects(call(params), { status: 400 });
  });
}
