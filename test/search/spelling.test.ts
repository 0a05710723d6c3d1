import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestOf } from "../../shared/search/spelling.ts";

test("nearestOf() takes the words that differ by the fewest letters", () => {
  assert.deepEqual(nearestOf("railwya", ["railway", "railways", "rails"]), ["railway"]);
  assert.deepEqual(nearestOf("hoem", ["home", "poem", "hotel"]), ["home", "poem"]);
});

test("nearestOf() takes no word that differs by too much, and none that is the same", () => {
  assert.deepEqual(nearestOf("tree", ["three", "free", "trio", "tree"]), ["three", "free"]);
  assert.deepEqual(nearestOf("tram", ["trains", "drum"]), []);
  assert.deepEqual(nearestOf("tram", []), []);
});
