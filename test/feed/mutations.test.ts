import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FeedError } from "../../shared/feed/feed-error.ts";
import type { Feed } from "../../shared/feed/model.ts";
import { enclosure, item, read, rss } from "./feed-xml.ts";
import { damage, randomOf, splitAtItems } from "./mutations.ts";

const FEEDS = new URL("../../../shared/feeds/", import.meta.url);
const skip = existsSync(FEEDS) ? false : "needs the collection of feeds beside the project";
const NUM_REAL_FEEDS = 50;
// All take minutes.
const NUM_MUTATIONS = process.env.PODCORE_TEST_FULL ? 20_000 : 1_000;

const NOTES = "<p>Ünder the <b>bridge</b> &amp; over it: <a href='https://e.com/?a=1&amp;b=2'>more</a></p><!-- x -->";
// The ways that feeds write their notes.
const FIXTURES: Record<string, string> = {
  "notes in CDATA": rss(
    `<title><![CDATA[Shöw]]></title>${each((i) => item(`${i}`, `<content:encoded><![CDATA[${NOTES} ${i}]]></content:encoded>`))}`,
  ),
  "notes escaped": rss(
    `<title>Show</title>${each((i) => item(`${i}`, `<description>${NOTES.replaceAll("&", "&amp;").replaceAll("<", "&lt;")} ${i}</description>`))}`,
  ),
  "notes as they are": rss(`<title>Show</title>${each((i) => item(`${i}`, `<description>${NOTES}</description>`))}`),
  "attributes with either quote": rss(
    each(
      (i) =>
        `<item><guid isPermaLink='false'>${i}</guid><title>Ñ ${i}</title><itunes:image href='https://e.com/${i}.jpg'/>${enclosure(`${i}.mp3`)}</item>`,
    ),
  ),
  Atom: `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>${each(
    (i) =>
      `<entry><id>${i}</id><title type="html">&lt;b>Ä&lt;/b> ${i}</title><link rel="enclosure" href="https://e.com/${i}.mp3"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${NOTES}</div></content></entry>`,
  )}</feed>`,
};

test("readFeed() keeps damage within its item", async () => {
  for (const [name, xml] of Object.entries(FIXTURES)) {
    const outcome = await mutate([Buffer.from(xml).toString("latin1")], 100);

    assert.deepEqual(outcome, { numMutations: 100, thrown: [], refused: [], changed: [] }, name);
  }
});

test("readFeed() keeps damage within its item, in mutations of real feeds", {
  skip,
  timeout: 900_000,
}, async () => {
  const feeds: string[] = [];
  for (const file of globSync("podcasts/*", { cwd: FEEDS }).sort()) {
    const bytes = readFileSync(new URL(file, FEEDS)).toString("latin1");
    if (feeds.length < NUM_REAL_FEEDS && splitAtItems(bytes, SIZES).length > 4) feeds.push(bytes);
  }
  assert.equal(feeds.length, NUM_REAL_FEEDS);

  const outcome = await mutate(feeds, NUM_MUTATIONS / NUM_REAL_FEEDS);

  assert.deepEqual(outcome, { numMutations: NUM_MUTATIONS, thrown: [], refused: [], changed: [] });
});

// Enough for damage to have neighbours, and quick to read.
const SIZES = { maxItems: 4, maxLength: 4_096 };

async function mutate(feeds: readonly string[], numEach: number) {
  const thrown: string[] = [];
  const refused: string[] = [];
  const changed: string[] = [];
  let numMutations = 0;
  for (const [index, bytes] of feeds.entries()) {
    const parts = splitAtItems(bytes, SIZES);
    const whole = await read(Buffer.from(parts.join(""), "latin1"));
    for (let i = 0; i < numEach; i++) {
      const random = randomOf(index * 100_003 + i + 1);
      const number = random((parts.length - 1) / 2);
      const damaged = parts.with(number * 2 + 1, damage(parts[number * 2 + 1] ?? "", random)).join("");
      const where = `feed ${index} mutation ${i} item ${number}`;
      numMutations++;
      try {
        const feed = await read(Buffer.from(damaged, "latin1"));
        if (othersOf(feed, number) !== othersOf(whole, number)) changed.push(where);
      } catch (error) {
        if (error instanceof FeedError) refused.push(`${where}: ${error.kind}`);
        else thrown.push(`${where}: ${error}`);
      }
    }
  }
  return { numMutations, thrown, refused, changed };
}

/** Everything that was read, but for the item at that position, and keys that depend on others. */
function othersOf({ episodes, skipped, numSkipped: _, ...channel }: Feed, position: number): string {
  const others = [...episodes.map(({ guidSha256: _key, ...episode }) => episode), ...skipped].filter(
    (other) => other.position !== position,
  );
  return JSON.stringify({ channel, others });
}

function each(make: (i: number) => string): string {
  return [0, 1, 2, 3].map(make).join("\n");
}
