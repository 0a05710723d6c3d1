import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonSplitter } from "../../../shared/feed/json/json-splitter.ts";
import { read } from "../feed-xml.ts";

const FEED = String.raw`{"a":[1,{"items":[2]}],"title":"say \"items\":[ {\\","items" : [
  {"id":"1","title":"} ] \" \\","deep":[{"x":[]}]}, "no item }", {"id":"2"} , 3 ],"b":{"items":[{"id":"no"}]}}`;

test("jsonSplitter() finds the items, whatever pieces the text comes in", () => {
  const whole = split([FEED]);

  assert.deepEqual(
    whole.items.map((text) => JSON.parse(text ?? "")),
    [{ id: "1", title: '} ] " \\', deep: [{ x: [] }] }, { id: "2" }],
  );
  const { items, a, b } = JSON.parse(whole.top ?? "");
  assert.deepEqual([items, a, b], [[], [1, { items: [2] }], { items: [{ id: "no" }] }]);
  assert.ok(whole.isComplete);
  for (let i = 1; i < FEED.length; i++) {
    assert.deepEqual(split([FEED.slice(0, i), FEED.slice(i)]), whole, `cut before ${FEED.slice(i, i + 20)}`);
  }
});

test("jsonSplitter() passes on an item that is too long without its text", () => {
  const { items } = split([`{"items":[{"a":"${"x".repeat(1_048_577)}"},{}]}`]);

  assert.deepEqual(items, [undefined, "{}"]);
});

test("readFeed() refuses JSON Feed that is cut short, and JSON that is none", async () => {
  const feed = '{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":"1"}]}';

  for (let length = feed.indexOf("[") + 1; length < feed.length; length++) {
    await assert.rejects(read(feed.slice(0, length)), { name: "FeedError", kind: "truncated" }, feed.slice(0, length));
  }
  for (const body of ["{}", "{", '{"items":[]}', feed.replace('"items":[{"id":"1"}]', '"items":1'), `[${feed}]`]) {
    await assert.rejects(read(body), { name: "FeedError", kind: "not-a-feed" }, body);
  }
  assert.equal((await read(`\ufeff\n${feed}`)).kind, "json");
});

test("readFeed() skips an item of JSON Feed that is damaged, and values of other types", async () => {
  const attachments = [{ url: "https://e.com/1.mp3" }];
  const items = [
    JSON.stringify({ id: "1", attachments }),
    '{"id":"2",,}',
    JSON.stringify({ id: { a: 1 }, title: ["x"], tags: "y", authors: 3, attachments }),
    JSON.stringify({ id: "4", attachments: { url: "https://e.com/4.mp3" } }),
  ];

  const feed = await read(`{"version":"https://jsonfeed.org/version/1.1","title":7,"items":[${items}]}`);

  assert.equal(feed.title, "7");
  assert.deepEqual(
    feed.episodes.map(({ guid, title }) => [guid, title]),
    [
      ["1", "1.mp3"],
      ["https://e.com/1.mp3", "1.mp3"],
    ],
  );
  assert.deepEqual(
    feed.skipped.map(({ position, reason }) => [position, reason]),
    [
      [1, "no media URL"],
      [3, "no media URL"],
    ],
  );
});

function split(pieces: string[]) {
  const items: (string | undefined)[] = [];
  const splitter = jsonSplitter((text) => items.push(text));
  for (const piece of pieces) splitter.write(piece);
  return { items, ...splitter.result() };
}
