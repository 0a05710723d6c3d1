import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { makeMutants } from "./code-mutants.ts";
import { applyMutant } from "./mutant.ts";
import { takeSample } from "./sample.ts";
import { sqlEdits } from "./sql-mutants.ts";

const root = await mkdtemp(join(tmpdir(), "podcore-mutants-"));
after(() => rm(root, { recursive: true }));
await writeFile(join(root, "tsconfig.json"), '{ "include": ["*.ts"] }');

// A substitution as it is written.
const HOLE = ["$", "{b}"].join("");

/** What becomes of a source, by each of its mutants. */
async function mutantsOf(source: string): Promise<string[]> {
  await writeFile(join(root, "a.ts"), source);
  return makeMutants(root, ["a.ts"]).map((mutant) => applyMutant(source, mutant));
}

/** What becomes of a statement; `Q` stands for a substitution. */
const statementsOf = (sql: string) =>
  sqlEdits(sql, (at) => sql[at] === "Q").map(
    ({ start, end, replacement }) => sql.slice(0, start) + replacement + sql.slice(end),
  );

for (const { source, expected } of [
  { source: "if (a) b();", expected: ["if (!(a)) b();", "if (a) ;"] },
  { source: "if (a === b) throw c;", expected: ["if (a !== b) throw c;", "if (a === b) ;"] },
  { source: "await f();", expected: [";"] },
  {
    source: "x = a < b ? true : 'c';",
    expected: [
      ";",
      "x = !(a < b) ? true : 'c';",
      "x = a <= b ? true : 'c';",
      "x = a < b ? false : 'c';",
      'x = a < b ? true : "";',
    ],
  },
  { source: "const max = 5_000;", expected: ["const max = 10000;"] },
  {
    source: "function f() { return 0; }",
    expected: ["function f() { return undefined; }", "function f() { return 1; }"],
  },
  { source: "function f() { return undefined; }", expected: [] },
  // Neither types, nor names of properties and modules, nor words.
  { source: 'import type { A } from "a"; const a: "b" = { "c-d": new Error("e") };', expected: [] },
  {
    source: `const q = sql\`where a < ${HOLE}\`;`,
    expected: ["const q = sql`where true`;", `const q = sql\`where a <= ${HOLE}\`;`],
  },
  { source: `const q = \`where a < ${HOLE}\`;`, expected: [] },
]) {
  test(`makeMutants() makes ${expected.length} of ${source}`, async () => {
    assert.deepEqual(await mutantsOf(source), expected);
  });
}

test("makeMutants() swaps and drops conditions of drizzle's builder, importing what that needs", async () => {
  const source = 'import { and, eq } from "drizzle-orm";\nconst a = and(eq(b, c), d);';

  const mutants = await mutantsOf(source);

  assert.deepEqual(
    mutants.map((mutant) => mutant.split("\n")),
    [
      [
        'import { or as mutated_or } from "drizzle-orm"; import { and, eq } from "drizzle-orm";',
        "const a = mutated_or(eq(b, c), d);",
      ],
      ['import { and, eq } from "drizzle-orm";', "const a = and(undefined, d);"],
      [
        'import { ne as mutated_ne } from "drizzle-orm"; import { and, eq } from "drizzle-orm";',
        "const a = and(mutated_ne(b, c), d);",
      ],
      ['import { and, eq } from "drizzle-orm";', "const a = and(eq(b, c), undefined);"],
    ],
  );
});

for (const { sql, expected } of [
  {
    sql: "where a = Q and (b or c) order by d desc",
    expected: [
      "where a = Q and (b or c) order by d asc",
      "where a = Q or (b or c) order by d desc",
      "where a = Q and (b and c) order by d desc",
      "where true and (b or c) order by d desc",
      "where a = Q and true order by d desc",
      "where a = Q and (b or false) order by d desc",
    ],
  },
  { sql: "select 'a and b' -- or c", expected: [] },
  { sql: "for update skip locked", expected: ["", "for update"] },
  { sql: "x is not null", expected: ["x is null"] },
  { sql: "greatest(a, b)", expected: ["least(a, b)"] },
  { sql: "a ->> 'b' <> c", expected: ["a ->> 'b' = c"] },
]) {
  test(`sqlEdits() makes ${expected.length} of ${sql}`, () => {
    assert.deepEqual(statementsOf(sql), expected);
  });
}

test("takeSample() takes the same for the same seed, and others for another", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);

  const samples = [1, 1, 2].map((seed) => takeSample(items, { size: 10, seed }));

  assert.deepEqual(samples[0], samples[1]);
  assert.notDeepEqual(samples[0], samples[2]);
  assert.equal(new Set(samples[0]).size, 10);
});
