import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export type NamedTest = { file: string; name: string };
/** A thing that the original does, where it is here, and the tests that show it. */
export type ParityRow = { section: string; feature: string; here: string; where: string; tests: NamedTest[] };

/**
 * Reads the tables of docs/parity.md: `| feature | here | where | tests |`, a test being `file` in backticks and its
 * name, tests being apart by `<br>`. A cell of tests that is not so names none.
 */
export async function readParityRows(): Promise<ParityRow[]> {
  const text = await readFile(resolve(ROOT, "docs/parity.md"), "utf8");
  const rows: ParityRow[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    section = /^## (.+)$/.exec(line)?.[1] ?? section;
    const cells = cellsOf(line);
    if (cells === undefined || cells[0] === "The original") continue;
    const [feature = "", here = "", where = "", tests = ""] = cells;
    rows.push({ section, feature, here, where, tests: testsOf(tests) });
  }
  return rows;
}

/** The cells of a table's line; undefined for any other line, and for the one below the head. */
export function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith("|") || /^[|\s:-]+$/.test(line)) return undefined;
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function testsOf(cell: string): NamedTest[] {
  const tests = cell.split("<br>").map((text) => /^`(test\/[\w./-]+\.test\.ts)` (.+)$/.exec(text.trim()));
  return tests.every((match) => match !== null) ? tests.map(([, file = "", name = ""]) => ({ file, name })) : [];
}
