import type { Mutant } from "./mutant.ts";
import type { Verdict } from "./run-tests.ts";

/** Prints a row for each file, and each mutant that survived. */
export function printReport(verdicts: ReadonlyMap<Mutant, Verdict>): void {
  const files = [...new Set([...verdicts.keys()].map(({ file }) => file))].sort();
  const survivors = [...verdicts].flatMap(([mutant, verdict]) => (verdict === "survived" ? [mutant] : []));
  survivors.sort((a, b) => a.file.localeCompare(b.file) || a.start - b.start);

  console.log(
    "\n| file | mutants | killed | survived | refused by tsc | score |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const file of [...files, undefined]) {
    const found = [...verdicts].flatMap(([mutant, verdict]) =>
      file === undefined || mutant.file === file ? [verdict] : [],
    );
    const count = (verdict: Verdict) => found.filter((it) => it === verdict).length;
    const [killed, survived] = [count("killed"), count("survived")];
    // What tsc refuses could not have been merged, so that no test has to notice it.
    const score = killed + survived === 0 ? "" : `${Math.round((100 * killed) / (killed + survived))} %`;
    console.log(`| ${[file ?? "all", found.length, killed, survived, count("refused"), score].join(" | ")} |`);
  }
  console.log(`\n${survivors.length} survived`);
  for (const { file, line, what, code } of survivors) console.log(`${file}:${line} ${what}\n    ${code}`);
}
