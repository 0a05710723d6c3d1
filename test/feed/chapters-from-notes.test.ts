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

test("chaptersFromNotes() finds times behind numbers and signs, and at the end of lines from 0:00 on", () => {
  for (const lines of [
    "【00:00】Intro<br>【05:00】News",
    "1. 00:00 Intro<br>2. 05:00 News",
    "⏰ 00:00 Intro<br>⏰ 05:00 → News",
    "00:00 | Intro<br>05:00 | News",
  ])
    assert.deepEqual(chaptersFromNotes(`<p>${lines}</p>`), [
      { startSeconds: 0, title: "Intro" },
      { startSeconds: 300, title: "News" },
    ]);
  assert.deepEqual(
    chaptersFromNotes("<p>Intro 00:00<br>News (05:00)<br>Outro – 10:00</p>").map(({ title }) => title),
    ["Intro", "News", "Outro"],
  );
  assert.deepEqual(chaptersFromNotes("<p>We met at 10:00<br>and left at 11:00<br>or 12:00</p>"), []);
});

test("chaptersFromNotes() leaves out odd lines, and takes mostly odd ones for something else", () => {
  const starts = (text: string, durationSeconds?: number) =>
    chaptersFromNotes(`<p>${text.replaceAll("/", "<br>")}</p>`, durationSeconds).map(
      ({ startSeconds }) => startSeconds,
    );

  assert.deepEqual(starts("00:00 Intro/05:10 News/59:00 Outro/Quoted clips:/12:30 Minister"), [0, 310, 3540]);
  assert.deepEqual(starts("00:00 A/00:00 B/05:00 C/06:00 D"), [0, 300, 360]);
  assert.deepEqual(starts("00:00 A/05:00 B/10:00 C/50:00 Next week", 1_200), [0, 300, 600]);
  assert.deepEqual(starts("00:00 A/05:00 B/10:00 C", 60), [0, 300, 600]);
  assert.deepEqual(starts("30:00 A/05:00 B/20:00 C/01:00 D"), []);
  assert.deepEqual(starts("10:00 Monday/11:30 Tuesday"), []);
});
