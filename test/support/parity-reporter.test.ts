import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { after } from "node:test";
import { ROOT } from "./parity.ts";
import { WAY_OUT } from "./parity-reporter.ts";

const folder = await mkdtemp(join(tmpdir(), "podcore-parity-"));
after(() => rm(folder, { recursive: true }));

const PASSING = `import { describe, test } from "node:test";
test("passes", () => {});
test("passes | as <it> is", () => {});
for (const name of ["one", "two"]) test(\`passes as \${name}\`, () => {});
describe("a suite", () => test("passes in a suite", () => {}));
test("a test", (t) => t.test("passes in a test", () => {}));
`;
const SKIPPING = `import test from "node:test";
test("is skipped", { skip: "not here" }, () => {});
test("skips itself", (t) => t.skip());
test("is to be done", { todo: true }, () => {});
test("has a namesake", () => {});
test("has a namesake", { skip: true }, () => {});
`;

/** Runs a small project's tests with the reporter beside the usual one, as `npm test` does. */
async function run(files: Record<string, string | undefined>, rows: Record<string, string>) {
  const root = await mkdtemp(join(folder, "project-"));
  const table = Object.entries(rows).map(([feature, tests]) => `| ${feature} | It is so | \`here.ts\` | ${tests} |`);
  const all = {
    "package.json": '{ "type": "module" }',
    "docs/parity.md": ["| The original | Here | Where | Tests |", "| --- | --- | --- | --- |", ...table].join("\n"),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    if (text === undefined) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const file of ["test/support/parity.ts", "test/support/parity-reporter.ts"]) {
    await cp(join(ROOT, file), join(root, file));
  }
  // A run that knows itself inside of another runs nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const reporters = ["spec", "./test/support/parity-reporter.ts"].flatMap((reporter) => [
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
  ]);
  const { status, stdout } = spawnSync(process.execPath, ["--test", ...reporters, "test/**/*.test.ts"], {
    ...{ cwd: root, env, encoding: "utf8" },
  });
  const [results = "", report = ""] = stdout.split(/^(?=docs\/parity\.md: )/m);
  return { status, results, report: report.trimEnd().split("\n") };
}

test("parityReporter() lets a run pass in which all named tests passed, nested ones too, and reports after its counts", async () => {
  const { status, results, report } = await run(
    { "test/a.test.ts": PASSING, "test/b/c.test.ts": SKIPPING },
    {
      One: "`test/a.test.ts` passes",
      Several: "`test/a.test.ts` passes \\| as <it> is<br>`test/a.test.ts` passes as two",
      Nested: "`test/a.test.ts` passes in a suite<br>`test/a.test.ts` passes in a test",
    },
  );

  assert.equal(status, 0);
  assert.deepEqual(report, ["docs/parity.md: 3 rows, 5 tests, 0 faults"]);
  assert.match(results, /^ℹ pass 8$/m);
});

test("parityReporter() fails a run that passes otherwise, where a named test is not there, was skipped or is to be done", async () => {
  const { status, results, report } = await run(
    { "test/a.test.ts": PASSING, "test/b/c.test.ts": SKIPPING },
    {
      Right: "`test/a.test.ts` passes",
      Misspelt: "`test/a.test.ts` pass",
      Elsewhere: "`test/b/c.test.ts` passes",
      Gone: "`test/d.test.ts` passes",
      Skipped: "`test/b/c.test.ts` is skipped<br>`test/b/c.test.ts` skips itself",
      Open: "`test/b/c.test.ts` is to be done",
      Half: "`test/b/c.test.ts` has a namesake",
      Unreadable: "test/a.test.ts passes",
      Nothing: "",
    },
  );

  assert.equal(status, 1);
  assert.match(results, /^ℹ fail 0$/m);
  assert.deepEqual(report, [
    "docs/parity.md: 9 rows, 8 tests, 9 faults",
    '  Misspelt: "pass" of test/a.test.ts did not run',
    '  Elsewhere: "passes" of test/b/c.test.ts did not run',
    '  Gone: "passes" of test/d.test.ts did not run',
    '  Skipped: "is skipped" of test/b/c.test.ts was skipped',
    '  Skipped: "skips itself" of test/b/c.test.ts was skipped',
    '  Open: "is to be done" of test/b/c.test.ts is to be done',
    '  Half: "has a namesake" of test/b/c.test.ts was skipped',
    "  Unreadable: names no test",
    "  Nothing: names no test",
    WAY_OUT,
  ]);
});

test("parityReporter() tells of named tests that failed, that hang, and of files that throw", async () => {
  const { status, report } = await run(
    {
      "test/a.test.ts": `import test from "node:test";
test("fails", () => { throw new Error("no"); });
test("has one that fails", (t) => t.test("fails within", () => { throw new Error("no"); }));
test("hangs", { timeout: 100 }, () => new Promise((resolve) => setTimeout(resolve, 60_000).unref()));
test("passes before", () => {});`,
      "test/b.test.ts": `import test from "node:test"; throw new Error("no"); test("is not reached", () => {});`,
      "test/c.test.ts": "const = no",
    },
    {
      Failed: "`test/a.test.ts` fails<br>`test/a.test.ts` fails within<br>`test/a.test.ts` has one that fails",
      Hanging: "`test/a.test.ts` hangs<br>`test/a.test.ts` passes before",
      Thrown: "`test/b.test.ts` is not reached",
      Wrong: "`test/c.test.ts` is not reached",
    },
  );

  assert.equal(status, 1);
  assert.deepEqual(report, [
    "docs/parity.md: 4 rows, 7 tests, 6 faults",
    '  Failed: "fails" of test/a.test.ts failed',
    '  Failed: "fails within" of test/a.test.ts failed',
    '  Failed: "has one that fails" of test/a.test.ts failed',
    '  Hanging: "hangs" of test/a.test.ts failed',
    '  Thrown: "is not reached" of test/b.test.ts did not run',
    '  Wrong: "is not reached" of test/c.test.ts did not run',
    WAY_OUT,
  ]);
});

test("parityReporter() fails a run whose docs/parity.md has no rows, or is not there", async () => {
  const empty = await run({ "test/a.test.ts": PASSING }, {});
  const missing = await run({ "test/a.test.ts": PASSING, "docs/parity.md": undefined }, {});

  assert.equal(empty.status, 1);
  assert.deepEqual(empty.report, ["docs/parity.md: 0 rows, 0 tests, 0 faults"]);
  assert.equal(missing.status, 1);
});
