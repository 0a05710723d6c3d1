import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { type NamedTest, ROOT, readParityRows } from "./parity.ts";

export const WAY_OUT =
  "  docs/parity.md names the tests of each thing of the original by file and title. Rename there what was renamed or moved; mend a test that fails or is skipped";

/**
 * Watches a run of all tests, and fails it unless every test that docs/parity.md names was there, ran and passed. A
 * reporter, because no test can tell how the others end.
 */
export default async function* parityReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const passed = new Set<string>();
  const rest = new Map<string, string>();
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const key = keyOf({ file: relative(ROOT, data.file ?? ""), name: data.name });
    if (data.skip !== undefined) rest.set(key, "was skipped");
    else if (data.todo !== undefined) rest.set(key, "is to be done");
    else if (type === "test:fail") rest.set(key, "failed");
    else passed.add(key);
  }

  const rows = await readParityRows();
  const tests = new Set(rows.flatMap((row) => row.tests.map(keyOf)));
  const faults = rows.flatMap((row) => {
    if (row.tests.length === 0) return [`${row.feature}: names no test`];
    return row.tests
      .filter((named) => !passed.has(keyOf(named)) || rest.has(keyOf(named)))
      .map((named) => `${row.feature}: "${named.name}" of ${named.file} ${rest.get(keyOf(named)) ?? "did not run"}`);
  });

  if (rows.length === 0 || faults.length > 0) process.exitCode = 1;
  yield `docs/parity.md: ${rows.length} rows, ${tests.size} tests, ${faults.length} faults\n`;
  for (const fault of faults) yield `  ${fault}\n`;
  if (faults.length > 0) yield `${WAY_OUT}\n`;
}

function keyOf({ file, name }: NamedTest): string {
  return `${file} ${name}`;
}
