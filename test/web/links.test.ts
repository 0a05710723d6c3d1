import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../shared/errors.ts";
import { episodePath, pagePath, podcastPath, slug, unslugId, webUrl } from "../../shared/web/links.ts";

const SLUGS: [title: string, expected: string | undefined][] = [
  ["hello, world", "hello-world"],
  ["Martian Time-Slip", "martian-timeslip"],
  ["Flow My Tears, the Policeman Said", "flow-my-tears-the-policeman-said"],
  ["Alice's Adventures", "alices-adventures"],
  ["  Rock &  Roll ", "rock-roll"],
  ["Road Work - Episode 9", "road-work"],
  ["Road Work — Episode 9", "road-work"],
  ["Road Work | Episode 9", "road-work"],
  ["Road Work : Episode 9", "road-work"],
  ["Road Work // Episode 9", "road-work"],
  ["Road Work: Episode 9", "road-work"],
  ["12:34 Road", "1234-road"],
  [`hello world ${"x".repeat(50)}`, "hello-world"],
  [`${"a".repeat(20)} ${"b".repeat(19)} c`, `${"a".repeat(20)}-${"b".repeat(19)}`],
  ["x".repeat(50), "x".repeat(40)],
  ["👩‍🚀 !", undefined],
  ["- Episode 9", undefined],
  ["Cafe\u0301 Zürich", "café-zürich"],
  ["深夜列車の旅・第一話", "深夜列車の旅第一話"],
  ["हिन्दी", "हिनदी"],
];
for (const [title, expected] of SLUGS) {
  test(`slug() makes "${expected}" of "${title}"`, () => {
    assert.equal(slug(title), expected);
  });
}

test("podcastPath() and episodePath() carry ids and slugs, percent-encoded", () => {
  const podcast = { id: 12, title: "Café Nord: Live" };

  assert.equal(podcastPath(podcast), "/podcasts/12-caf%C3%A9-nord");
  assert.equal(episodePath(podcast, { id: 34, title: "?!" }), "/podcasts/12-caf%C3%A9-nord/episodes/34");
});

test("pagePath() encodes the cursor, and leaves the first page's path alone", () => {
  assert.equal(pagePath("/", "a&b"), "/?after=a%26b");
  assert.equal(pagePath("/", undefined), "/");
});

test("unslugId() reads the digits that a segment begins with", () => {
  assert.equal(unslugId("id", "123"), 123);
  assert.equal(unslugId("id", "1234567890"), 1_234_567_890);
  assert.equal(unslugId("id", "123-hello"), 123);
  assert.equal(unslugId("id", "123-hello world-9"), 123);
  assert.equal(unslugId("id", "123hello"), 123);
});

for (const value of ["hello-123", "", "-1", " 1", "١٢", "9007199254740993", "9".repeat(400)]) {
  test(`unslugId() refuses "${value.slice(0, 20)}"`, () => {
    assert.throws(
      () => unslugId("podcast_id", value),
      (error) =>
        error instanceof UserError &&
        error.status === 400 &&
        error.message === `Bad request: Error parsing parameter "podcast_id": not an id: "${value.slice(0, 100)}"`,
    );
  });
}

test("webUrl() admits http and https and nothing else", () => {
  assert.equal(webUrl("HTTPS://example.com/a b\"'<>"), "https://example.com/a%20b%22'%3C%3E");
  assert.equal(webUrl("http://example.com"), "http://example.com/");
  for (const value of [
    undefined,
    null,
    "",
    "/relative",
    "example.com",
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "https://",
    "https:// /",
  ]) {
    assert.equal(webUrl(value), undefined, `${value}`);
  }
});
