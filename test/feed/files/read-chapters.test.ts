import assert from "node:assert/strict";
import test from "node:test";
import { readChapters } from "../../../shared/feed/files/read-chapters.ts";
import { LIMITS } from "../../../shared/feed/model.ts";

function read(document: unknown) {
  const body = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
  return readChapters({ body, contentType: "application/json+chapters", url: "https://example.com/files/7.json" });
}

test("readChapters() reads the podcast namespace's chapters in the shape of those in feeds, in order", async () => {
  const chapters = await read({
    version: "1.2.0",
    chapters: [
      { startTime: 754.5, title: "Semmering &amp; <b>snow</b>", img: "../7.jpg", url: "https://example.com/semmering" },
      { startTime: 0, title: "Departure", endTime: 754.5 },
      { startTime: "1:00:00", title: "Arrival", url: "javascript:alert(1)" },
      { startTime: 12, title: "Only a picture", toc: false, img: "https://example.com/8.jpg" },
      { startTime: 13, img: "https://example.com/8.jpg" },
      { title: "No start" },
      null,
    ],
  });

  assert.deepEqual(chapters, [
    { startSeconds: 0, title: "Departure" },
    {
      startSeconds: 754.5,
      title: "Semmering & snow",
      linkUrl: "https://example.com/semmering",
      imageUrl: "https://example.com/7.jpg",
    },
    { startSeconds: 3600, title: "Arrival" },
  ]);
});

test("readChapters() reads a file with a byte order mark, and at most 500 chapters", async () => {
  const chapters = Array.from({ length: 600 }, (_, i) => ({ startTime: i, title: `${i}` }));

  assert.equal((await read(`\uFEFF${JSON.stringify({ chapters })}`))?.length, LIMITS.chapters);
});

test("readChapters() returns undefined for what is no chapters file", async () => {
  for (const document of [
    "",
    "<html>",
    "[]",
    "null",
    { segments: [] },
    { chapters: {} },
    `{"chapters":[${" ".repeat(1_100_000)}]}`,
  ])
    assert.equal(await read(document), undefined);
  assert.deepEqual(await read({ chapters: [] }), []);
});
