import assert from "node:assert/strict";
import test from "node:test";
import type { FeedEpisode } from "../../shared/feed/model.ts";
import { readFeed } from "../../shared/feed/read-feed.ts";

type Item = { title: string; day: number; url: string };

/** Reads a feed whose items all have the same guid. */
async function read(items: readonly Item[]): Promise<FeedEpisode[]> {
  const body = `<rss version="2.0"><channel><title>A</title>${items
    .map(
      ({ title, day, url }) =>
        `<item><guid>same</guid><title>${title}</title><pubDate>${day} Mar 2026 10:00:00 GMT</pubDate><enclosure url="https://e.com/${url}"/></item>`,
    )
    .join("")}</channel></rss>`;
  const feed = await readFeed({ body: Buffer.from(body), contentType: undefined, url: "https://e.com/feed" });
  assert.equal(feed.episodes.length + feed.numSkipped, items.length);
  return feed.episodes;
}

const keys = (episodes: readonly FeedEpisode[]) => episodes.map(({ guidSha256 }) => guidSha256.toString("hex"));
const ONE = { title: "One", day: 1, url: "1.mp3" };

for (const [name, other] of [
  ["another media file", { ...ONE, url: "2.mp3" }],
  ["another title and another date, and the same file", { ...ONE, title: "Two", day: 2 }],
  ["a query that tells it apart", { title: "Two", day: 1, url: "1.mp3?id=2" }],
] as const) {
  test(`readFeed() keeps an item with the guid of another, if it has ${name}`, async () => {
    const episodes = await read([ONE, other]);

    assert.equal(new Set(keys(episodes)).size, 2);
    assert.deepEqual(
      episodes.map(({ guid }) => guid),
      ["same", "same"],
    );
  });
}

for (const [name, other] of [
  ["is the same", ONE],
  ["has another title only", { ...ONE, title: "Two" }],
  ["has another date only", { ...ONE, day: 2 }],
  ["has another query only", { ...ONE, url: "1.mp3?updated=2" }],
] as const) {
  test(`readFeed() skips an item with the guid of another, if it ${name}`, async () => {
    assert.equal((await read([ONE, other])).length, 1);
  });
}

test("readFeed() gives items with one guid the same keys whatever their order, their query and what comes to them", async () => {
  const items = [1, 2, 3].map((day) => ({ title: `Title ${day}`, day, url: `${day}.mp3` }));

  const [first, second, third] = keys(await read(items));
  const others = await read([
    { title: "Title 4", day: 4, url: "4.mp3" },
    ...items.toReversed().map((item) => ({ ...item, url: `${item.url}?updated=9` })),
  ]);

  assert.deepEqual(keys(others).slice(1), [third, second, first]);
});

test("readFeed() gives 20 000 items with one guid keys of their own", { timeout: 60_000 }, async () => {
  const items = Array.from({ length: 20_000 }, (_, i) => ({ title: `Title ${i}`, day: 1 + (i % 28), url: `${i}.mp3` }));

  const episodes = await read(items);

  assert.equal(new Set(keys(episodes)).size, 20_000);
});
