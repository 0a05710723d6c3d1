import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesText, dateText, durationText, positionText, startOf, startOfNotes } from "../../shared/web/words.ts";

test("dateText() gives the day in UTC", () => {
  assert.equal(dateText(new Date("2018-03-25T23:59:59Z")), "25 Mar 2018");
  assert.equal(dateText(new Date("2018-12-31T23:30:00-05:00")), "1 Jan 2019");
});

test("durationText() gives hours and minutes, minutes, or seconds", () => {
  assert.equal(durationText(3_725), "1 h 02 min");
  assert.equal(durationText(36_000), "10 h 00 min");
  assert.equal(durationText(3_599), "1 h 00 min");
  assert.equal(durationText(2_520), "42 min");
  assert.equal(durationText(60), "1 min");
  assert.equal(durationText(35), "35 s");
});

test("positionText() gives a clock's time, without hours where there are none", () => {
  assert.equal(positionText(0), "0:00");
  assert.equal(positionText(754.9), "12:34");
  assert.equal(positionText(3_723), "1:02:03");
});

test("bytesText() gives megabytes, and kilobytes below one", () => {
  assert.equal(bytesText(43_210_000), "43.2 MB");
  assert.equal(bytesText(999_001), "1000 kB");
  assert.equal(bytesText(1), "1 kB");
});

test("startOf() leaves a short text as it is, on one line", () => {
  assert.equal(startOf(" one\n two ", { maxCharacters: 7 }), "one two");
});

test("startOf() cuts between words and drops the punctuation there", () => {
  assert.equal(startOf("one two, three four", { maxCharacters: 14 }), "one two…");
});

test("startOf() cuts a script without spaces, and never within a character", () => {
  assert.equal(startOf("深夜列車の旅", { maxCharacters: 4 }), "深夜列…");
  assert.equal(startOf("🚂🚂🚂🚂🚂", { maxCharacters: 3 }), "🚂🚂…");
});

test("startOf() says that it cut a text whose blanks end its reach", () => {
  assert.equal(startOf(`one two${" ".repeat(100)}three`, { maxCharacters: 10 }), "one two…");
});

test("startOf() reads past blanks at the start", () => {
  assert.equal(startOf(`${" ".repeat(100)}one two`, { maxCharacters: 10 }), "one two");
});

test("startOfNotes() gives text without markup, with entities resolved once", () => {
  const notes = '<p>A &amp; B</p><ul><li>&lt;b&gt; &amp;lt; <a href="https://example.com/?a=1&amp;b=2">C</a></li></ul>';

  assert.equal(startOfNotes(notes, { maxCharacters: 100 }), "A & B <b> &lt; C");
});

test("startOfNotes() leaves neither a tag nor an entity that its reach cuts through", () => {
  const beforeTag = `${"x ".repeat(38)}ab<a href="https://example.com/">y</a>`;
  const beforeEntity = `${"<b></b>".repeat(11)}a&amp;`;

  assert.equal(startOfNotes(beforeTag, { maxCharacters: 10 }), "x x x x x…");
  assert.equal(startOfNotes(beforeEntity, { maxCharacters: 10 }), "a…");
});
