import assert from "node:assert/strict";
import test from "node:test";
import { mediaKeyOf } from "../../shared/feed/media-key.ts";

const SAME: [string, string][] = [
  ["http://media.example.com/1.mp3", "https://media.example.com/1.mp3"],
  ["https://media.example.com/1.mp3", "https://dts.counter.example/redirect.mp3/media.example.com/1.mp3"],
  ["https://media.example.com/1.mp3", "https://a.example/e/https/b.example/track/ABC/media.example.com/1.mp3"],
];
for (const [one, other] of SAME) {
  test(`mediaKeyOf() finds ${other} to be the file of ${one}`, () => {
    assert.deepEqual(mediaKeyOf(other), mediaKeyOf(one));
  });
}

test("mediaKeyOf() leaves out the query only where the path names a file", () => {
  assert.deepEqual(mediaKeyOf("https://e.com/1.mp3?updated=2"), {
    exact: "e.com/1.mp3?updated=2",
    file: "e.com/1.mp3",
  });
  assert.deepEqual(mediaKeyOf("https://e.com/get.php?id=2"), { exact: "e.com/get.php?id=2", file: undefined });
});

test("mediaKeyOf() takes the file's own name for no host", () => {
  assert.equal(mediaKeyOf("https://e.com/a/show.example").exact, "e.com/a/show.example");
});
