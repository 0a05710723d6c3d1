import assert from "node:assert/strict";
import { test } from "node:test";
import { findableWords, plainWords, wordsOf } from "../../shared/search/words.ts";

test("wordsOf() ignores case, accents, width, kana and the digits of other scripts", () => {
  assert.deepEqual(wordsOf("Cōnānus ŁÓDŹ Straße İzmir Ｒａｄｉｏ"), ["conanus", "lodz", "strasse", "izmir", "radio"]);
  assert.deepEqual(wordsOf("ﾗｼﾞｵ"), wordsOf("らじお"));
  assert.deepEqual(wordsOf("إفريقيا ٣٤ ۵"), ["افريقيا", "34", "5"]);
  assert.deepEqual(wordsOf("e\u0301te\u0301"), wordsOf("été"));
});

test("wordsOf() keeps the marks that are letters in Thai, Hindi and Japanese", () => {
  assert.equal(plainWords("हिन्दी ว่า ガ"), "हिन्दी ว่า が");
});

test("wordsOf() takes text without blanks by its pairs of characters", () => {
  assert.deepEqual(wordsOf("鉄道の旅"), ["鉄道", "道の", "の旅"]);
  assert.deepEqual(wordsOf("旅"), ["旅"]);
  assert.deepEqual(wordsOf("NHKラジオ"), ["nhk", "らじ", "じお"]);
});

test("wordsOf() joins initials, contractions and thousands, however they are written", () => {
  for (const written of ["J. R. R. Tolkien", "J.R.R. Tolkien", "JRR Tolkien", "j r r tolkien", "J. R.R. Tolkien"]) {
    assert.deepEqual(wordsOf(written), ["jrr", "tolkien"], written);
  }
  assert.deepEqual(wordsOf("don’t O'Brien 20,000"), ["dont", "obrien", "20000"]);
});

test("findableWords() has all words that somebody may look for", () => {
  const has = (text: string, ...queries: string[]) => {
    const words = findableWords(text);
    for (const query of queries) {
      assert.ok(
        wordsOf(query).every((word) => words.has(word)),
        `${query} in ${text}: ${[...words]}`,
      );
    }
  };

  has("J. R. R. Tolkien, U.K. U.S.", "tolkien", "jrr", "j tolkien", "uk", "U.S.", "us uk");
  has("Spider-Man", "spiderman", "spider man", "spider-man");
  has("L'Heure bleue", "heure", "l'heure", "lheure");
  has("Night Trains", "train", "nights");
  has("深夜ラジオ", "深夜", "らじお", "ジ");
  has("الليل", "ليل", "الليل");
  has("don't J.R. Smith", "jr smith");
});
