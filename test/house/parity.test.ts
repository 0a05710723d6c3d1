import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import test from "node:test";
import { cellsOf, ROOT, readParityRows } from "../support/parity.ts";

const ORIGINAL = resolve(ROOT, "../shared/parity.md");
const rows = await readParityRows();

test("docs/parity.md leaves no cell empty, and names what there is", () => {
  const files = rows.flatMap(({ where, tests }) => [
    ...[...where.matchAll(/`((?:functions|shared|drizzle|knative|test|docs)\/[\w./-]+)`/g)].map(
      ([, file = ""]) => file,
    ),
    ...tests.map(({ file }) => file),
  ]);

  const empty = rows.filter(({ feature, here, where }) => !feature || !here || !where.includes("`"));

  assert.ok(rows.length > 150, `only ${rows.length} rows`);
  assert.deepEqual(empty, [], "docs/parity.md: fill all cells of these rows, with a file in backticks under Where");
  assert.deepEqual(
    rows.filter(({ tests }) => tests.length === 0).map(({ feature }) => feature),
    [],
    "docs/parity.md: these rows name no test. Write each as `test/FILE.test.ts` and the test's name, with <br> between two",
  );
  assert.deepEqual(
    [...new Set(files.filter((file) => !existsSync(resolve(ROOT, file))))],
    [],
    "docs/parity.md names files that are not there. What was moved or renamed is renamed there, too",
  );
});

test("docs/parity.md has no row twice", () => {
  const names = rows.map(({ section, feature }) => `${section}: ${feature}`);

  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
    "docs/parity.md has these rows twice: keep one",
  );
});

test("docs/parity.md has a row for every environment variable of the original", () => {
  const variables =
    "DATABASE_URL TEST_DATABASE_URL NUM_CONNECTIONS NUM_WORKERS POOL_TIMEOUT PORT ASSETS_VERSION COOKIE_SECRET COOKIE_SECURE CSRF_ORIGIN SCRYPT_LOG_N SENTRY_URL PODCORE_ENV RUST_BACKTRACE";

  const found = rows.filter(({ section }) => section === "1 Environment").map(({ feature }) => feature);

  assert.deepEqual(
    found,
    variables.split(" ").map((name) => `\`${name}\``),
    'docs/parity.md: section "1 Environment" has a row for each variable of the original, in this order',
  );
});

const skip = !existsSync(ORIGINAL) && "../shared/parity.md is not there";
const original = skip === false ? (await readFile(ORIGINAL, "utf8")).split("\n") : [];

/** What the rows of the sections that a heading's number stands for are called. */
function featuresOf(heading: string): Set<string> {
  const [number = ""] = heading.split(" ");
  return new Set(rows.filter(({ section }) => section.split(" ")[0] === number).map(({ feature }) => feature));
}

test("docs/parity.md has every row of the original's tables", { skip }, () => {
  const missing: string[] = [];
  let known = new Set<string>();
  let numRows = 0;
  for (const [i, line] of original.entries()) {
    if (line.startsWith("## ")) known = featuresOf(line.slice(3));
    const cells = cellsOf(line);
    const isHead = /^\|[\s|-]+\|$/.test(original[i + 1] ?? "");
    if (cells === undefined || isHead) continue;
    numRows += 1;
    // Some tables say in their first cell only what kind of thing the second is.
    const [first = "", second = ""] = cells;
    if (!known.has(first) && !known.has(`${first} ${second}`)) missing.push(cells.join(" | "));
  }

  assert.ok(numRows > 90, `only ${numRows} rows`);
  assert.deepEqual(missing, [], "docs/parity.md lacks these rows of ../shared/parity.md: add them to the same section");
});

test("docs/parity.md has every message, table, variable and gap that the original's text names", { skip }, () => {
  const after = (start: string) => original.find((line) => line.startsWith(start))?.slice(start.length) ?? "";
  const quoted = (text: string) => [...text.matchAll(/"[^"]+"/g)].map(([message]) => message);
  const tables = original[original.findIndex((line) => line.startsWith("## 7 ")) + 1] ?? "";
  const variables = after("Env: ").replace(/\([^)]*\)/g, "");
  const named = [
    ...quoted(after("Fetch errors: ")),
    ...quoted(after("Form messages: ")),
    ...tables.split(" · ").map((text) => text.split(/\W/)[0] ?? ""),
    ...[...variables.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g)].map(([name]) => `\`${name}\``),
    ...after("Not in upstream at all: ").replace(/\.$/, "").split(", "),
  ];
  const known = new Set(rows.map(({ feature }) => feature));

  assert.ok(named.length > 65, `only ${named.length} are named`);
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
    "docs/parity.md lacks rows for these, which ../shared/parity.md names: add them",
  );
});
