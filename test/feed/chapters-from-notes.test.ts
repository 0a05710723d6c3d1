import assert from "node:assert/strict";
import { test } from "node:test";
import { chaptersFromNotes } from "../../shared/feed/chapters-from-notes.ts";

test("chaptersFromNotes() finds times at the start of lines, paragraphs and items", () => {
  const html =
    "<p>Today:<br>00:00 Start &amp; go<br>(1:02) - Two</p><p>[01:02:03] Three</p><ul><li>2:00:00–2:10:00: <em>Four</em></li></ul>";

  assert.deepEqual(chaptersFromNotes(html), [
    { startSeconds: 0, title: "Start & go" },
    { startSeconds: 62, title: "Two" },
    { startSeconds: 3723, title: "Three" },
    { startSeconds: 7200, title: "Four" },
  ]);
});

test("chaptersFromNotes() takes a single time, times in a sentence and times out of order for something else", () => {
  assert.deepEqual(chaptersFromNotes("<p>12:30 Lunch</p>"), []);
  assert.deepEqual(chaptersFromNotes("<p>We meet at 12:30 here<br>and at 13:30 there</p>"), []);
  assert.deepEqual(chaptersFromNotes("<p>12:30 Lunch<br>9:00 Breakfast</p>"), []);
  assert.deepEqual(chaptersFromNotes("<p>10:00<br>20:00</p>"), []);
});
