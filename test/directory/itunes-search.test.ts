import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { DirectoryError } from "../../shared/directory/ask-itunes.ts";
import { readHits, searchItunes } from "../../shared/directory/itunes-search.ts";
import { itunesHit, itunesReply, startItunes } from "../support/itunes.ts";
import { fetch } from "../support/loopback.ts";

const itunes = await startItunes();
after(itunes.close);

const search = (query: string, directoryUrl = itunes.url) =>
  searchItunes({ fetch, directoryUrl, query, signal: new AbortController().signal });

const bodyOf = (...hits: unknown[]) => itunesReply(...hits).body;

test("searchItunes() asks for podcasts with the whole query, and reads JSON under the directory's content type", async () => {
  itunes.answer(itunesReply(itunesHit(), itunesHit({ collectionId: 1002, collectionName: "Day Trains" })));

  const hits = await search("night & trains");

  assert.equal(itunes.requests.at(-1)?.path, "/search?media=podcast&term=night+%26+trains&limit=25");
  assert.deepEqual(hits[0], {
    vendorId: "1001",
    title: "Night Trains",
    author: "Ada Example",
    feedUrl: "https://feeds.example.com/night-trains",
    imageUrl: "https://art.example.com/600.jpg",
  });
  assert.equal(hits[1]?.title, "Day Trains");
});

for (const [name, reply] of [
  ["403", { status: 403 }],
  ["503", { status: 503 }],
  ["a page", "<html>Busy</html>"],
  ["JSON of another shape", '{"results":{}}'],
  ["nothing", ""],
] as const) {
  test(`searchItunes() fails as the directory's fault, when it answers with ${name}`, async () => {
    itunes.answer(reply);

    await assert.rejects(search("x"), DirectoryError);
  });
}

test("searchItunes() fails as the directory's fault, when nothing listens there", async () => {
  await assert.rejects(search("x", "http://127.0.0.1:1"), DirectoryError);
});

test("readHits() leaves out hits without a feed, a title or an id, and those whose feed is no web address or a secret", () => {
  const unusable = [
    itunesHit({ feedUrl: undefined }),
    itunesHit({ feedUrl: "" }),
    itunesHit({ feedUrl: 7 }),
    itunesHit({ feedUrl: "javascript:alert(1)" }),
    itunesHit({ feedUrl: "file:///etc/passwd" }),
    itunesHit({ feedUrl: `https://example.com/${"x".repeat(2_000)}` }),
    itunesHit({ feedUrl: "https://user:password@example.com/feed" }),
    itunesHit({ feedUrl: "https://example.com/feed?token=abc" }),
    itunesHit({ collectionName: " " }),
    itunesHit({ collectionName: undefined }),
    itunesHit({ collectionId: undefined }),
    itunesHit({ collectionId: {} }),
    "text",
    null,
    [],
  ];

  assert.deepEqual(readHits(bodyOf(...unusable)), []);
  assert.equal(readHits(bodyOf(...unusable, itunesHit())).length, 1);
});

test("readHits() cuts what is too long, and drops what is no picture's address", () => {
  const [hit] = readHits(
    bodyOf(
      itunesHit({
        collectionName: "👩".repeat(600),
        artistName: "A\u0000\n".repeat(300),
        artworkUrl600: "javascript:alert(1)",
        artworkUrl100: `https://example.com/${"x".repeat(2_000)}`,
        feedUrl: "HTTP://Feeds.Example.com:80/a#b",
      }),
    ),
  );

  assert.equal(hit?.title, "👩".repeat(500));
  assert.ok((hit?.author?.length ?? 0) <= 200 && !/[\0\n]/.test(hit?.author ?? ""));
  assert.equal(hit?.imageUrl, undefined);
  assert.equal(hit?.feedUrl, "http://feeds.example.com/a");
});

test("readHits() keeps a podcast's first hit, and 25 in all", () => {
  const many = Array.from({ length: 40 }, (_, i) => itunesHit({ collectionId: i }));

  assert.deepEqual(
    readHits(bodyOf(itunesHit({ collectionName: "First" }), itunesHit({ collectionName: "Second" }))).map(
      (it) => it.title,
    ),
    ["First"],
  );
  assert.equal(readHits(bodyOf(...many)).length, 25);
});

const REAL = new URL("../../../shared/feeds/itunes-search/itunes_search.json", import.meta.url);

test("readHits() reads an answer of Apple's", { skip: !existsSync(REAL) && "the answer is not here" }, () => {
  const hits = readHits(readFileSync(REAL, "utf8"));

  assert.ok(hits.length >= 15);
  assert.equal(hits[0]?.title, "Roderick on the Line");
  assert.ok(hits.every(({ imageUrl, author }) => imageUrl?.includes("600x600") && author));
});
