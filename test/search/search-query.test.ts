import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeQuery, parseQuery, requireQuery } from "../../shared/search/search-query.ts";

test("normalizeQuery() trims, collapses blanks and lowers case", () => {
  assert.equal(normalizeQuery("q", "  Night\t\n TRAINS \u0000 "), "night trains");
  assert.equal(normalizeQuery("q", "Zu\u0308ge"), "züge");
  assert.equal(normalizeQuery("q", "a\ud800b"), "a\ufffdb");
});

test("normalizeQuery() takes blanks for no query", () => {
  assert.equal(normalizeQuery("q", " \n\u0000 "), undefined);
  assert.throws(() => requireQuery("query", " "), { status: 400, message: 'Bad request: Missing parameter "query"' });
});

test("normalizeQuery() refuses what is longer than 100 characters", () => {
  assert.equal(normalizeQuery("q", ` ${"x".repeat(100)} `), "x".repeat(100));
  assert.throws(() => normalizeQuery("q", "x".repeat(101)), {
    status: 400,
    message: /^Bad request: Error parsing parameter "q": longer than 100 characters: "x{100}\.\.\."$/,
  });
});

test("parseQuery() reads quotes, minus and or", () => {
  const words = (query: string) => parseQuery(query).alternatives.map(({ groups }) => groups.flat().join(" "));

  assert.deepEqual(words("como lake"), ["como lake"]);
  assert.deepEqual(words("of or the"), ["of", "the"]);
  assert.deepEqual(words("or"), ["or"]);
  assert.deepEqual(words("or else"), ["or else"]);
  assert.deepEqual(words("lake or"), ["lake"]);
  assert.deepEqual(words("j. r. r. tolkien"), ["jrr tolkien"]);
  assert.deepEqual(words("🚂 -lake"), []);
  const [phrased] = parseQuery('"the lake" como -"of course" -x').alternatives;
  assert.deepEqual(phrased, {
    groups: [["the"], ["lake"], ["como"]],
    phrases: ["the lake"],
    excluded: ["of", "course", "x"],
  });
  assert.equal(parseQuery('"the lake" como -of').plain, "the lake como");
});
