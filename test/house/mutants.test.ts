import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { makeMutants } from "../mutants/code-mutants.ts";
import { EQUIVALENTS, isSame } from "../mutants/equivalents.ts";
import { findSources, NAMED, nearestTests, ROOT } from "../mutants/nearest-tests.ts";

const sources = findSources();

test("every source that is mutated has tests that are there", () => {
  const missing = sources.flatMap((source) => nearestTests(source).filter((file) => !existsSync(join(ROOT, file))));

  assert.deepEqual(
    [...new Set(missing)],
    [],
    "test/mutants/nearest-tests.ts names test files that are not there. A source's tests are at the same path under test/; name others in its table",
  );
  assert.ok(sources.length > 70, `found only ${sources.length} sources`);
});

test("the table of nearest tests names only sources that are mutated", () => {
  assert.deepEqual(
    NAMED.filter((source) => !sources.includes(source)),
    [],
    "The table in test/mutants/nearest-tests.ts names sources that are not mutated, or gone: remove or rename them",
  );
});

test("every equivalent mutant is one that there is", () => {
  const mutants = makeMutants(ROOT, [...new Set(EQUIVALENTS.map(({ file }) => file))]);

  const gone = EQUIVALENTS.filter((equivalent) => !mutants.some((mutant) => isSame(mutant, equivalent)));

  assert.deepEqual(
    gone,
    [],
    "test/mutants/equivalents.ts names mutants that the sources no longer have: update or remove them",
  );
});
