import assert from "node:assert/strict";
import { test } from "node:test";
import type { Feed } from "../../../shared/feed/model.ts";
import { enclosure, item, read, rss } from "../feed-xml.ts";

/** Feeds whose first item has this inside, whose second item is good, and which have no more or a third. */
const DAMAGES = {
  "a comment": "<description>x <!-- y</description>",
  "an instruction": "<title>a <?b</title>",
  "a CDATA section": "<description><![CDATA[x</description>",
  "an attribute": '<itunes:image href="https://e.com/1.jpg/>',
  "a tag": "<itunes:ima",
  "a quote and a comment": '<itunes:image href="<!-- x/>',
};

for (const [name, inside] of Object.entries(DAMAGES)) {
  test(`readFeed() ends ${name} that an item leaves open with the item`, async () => {
    for (const neighbour of [item("2"), item("2", "<description><![CDATA[<p>x</p>]]></description><!-- y --><?z?>")]) {
      const first = await read(rss(`${item("1", inside)}${neighbour}${neighbour.replaceAll("2", "3")}`));
      const last = await read(rss(`${neighbour}${item("1", inside)}`));

      assert.deepEqual(guidsOf(first), ["1", "2", "3"]);
      assert.deepEqual(guidsOf(last), ["2", "1"]);
      assert.equal(first.episodes[1]?.descriptionHtml, neighbour.includes("<p>x</p>") ? "<p>x</p>" : undefined);
    }
  });
}

test("readFeed() leaves whole constructs alone that contain the ends of items", async () => {
  const notes = "Feeds are </item> <item> and </item> again";
  const feed = await read(
    rss(`${item("1", `<description><![CDATA[${notes}]]></description>`)}<!-- ${item("no")}${item("no")} -->
      ${item("2", "<description><!-- </entry> --><![CDATA[<!-- </item>]]>x</description>")}`),
  );

  assert.deepEqual(guidsOf(feed), ["1", "2"]);
  assert.equal(feed.episodes[0]?.descriptionSource, notes);
});

test("readFeed() ends a CDATA section with its item where no end of it follows soon", async () => {
  const far = `<itunes:summary>${"x".repeat(200_000)}</itunes:summary>`;

  const feed = await read(rss(`${item("1", `<description><![CDATA[x`)}${item("2", far)}${item("3")}`));

  assert.deepEqual(guidsOf(feed), ["1", "2", "3"]);
});

test("readFeed() reads stray signs as text", async () => {
  const feed = await read(
    rss(`<item><title>a <? b <! c</title><guid>1</guid>${enclosure("1.mp3")}</item>${item("2")}`),
  );

  assert.deepEqual(
    feed.episodes.map(({ title }) => title),
    ["a <? b <! c", "Title 2"],
  );
});

function guidsOf({ episodes }: Feed): string[] {
  return episodes.map(({ guid }) => guid);
}
