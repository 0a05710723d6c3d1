/** What one measurement gives, each under its name with the unit: `{ "start ms": 41.2 }`. Less is better in all of them. */
export type Metrics = Record<string, number>;
export type Subject = { name: string; measure(): Promise<Metrics> };
/** Rounds stop at whichever comes first, but not before `MIN_ROUNDS`. */
export type Limits = { maxRounds: number; budgetMs: number };

/** Of one metric against the baseline's in the same round: the median over the rounds, and the median distance from it. */
export type Ratio = { median: number; mad: number };
export type Cell = { value: number; ratio?: Ratio };
/** Each cell belongs to the column at its place. */
export type Table = { title: string; columns: string[]; rows: { name: string; cells: Cell[] }[]; notes?: string[] };
export type Comparison = Omit<Table, "title"> & { numRounds: number };

// A median of fewer says nothing about noise.
const MIN_ROUNDS = 3;

/**
 * Measures subjects in turn, round after round, and compares each with the first. That one is measured twice a round: its
 * ratio to itself ("again") is what the machine's noise alone makes of 1. Every round starts with another subject, so
 * that none always follows the same one.
 */
export async function compare(subjects: readonly [Subject, ...Subject[]], limits: Limits): Promise<Comparison> {
  const [baseline, ...candidates] = subjects;
  const all = [baseline, { ...baseline, name: `${baseline.name}, again` }, ...candidates];
  const samples: Metrics[][] = all.map(() => []);
  const endMs = performance.now() + limits.budgetMs;
  let numRounds = 0;
  while (numRounds < limits.maxRounds && (numRounds < MIN_ROUNDS || performance.now() < endMs)) {
    for (let i = 0; i < all.length; i++) {
      const turn = (i + numRounds) % all.length;
      const metrics = await all[turn]?.measure();
      if (metrics !== undefined) samples[turn]?.push(metrics);
    }
    numRounds += 1;
  }
  const columns = Object.keys(samples[0]?.[0] ?? {});
  const rows = all.map(({ name }, i) => ({
    name,
    cells: columns.map((column) => {
      const values = valuesOf(samples[i] ?? [], column);
      const value = median(values);
      return i === 0 ? { value } : { value, ratio: ratioOf(values, valuesOf(samples[0] ?? [], column)) };
    }),
  }));
  return { columns, rows, numRounds };
}

function valuesOf(samples: readonly Metrics[], column: string): number[] {
  return samples.map((metrics) => metrics[column] ?? Number.NaN);
}

/** The ratio of values to the baseline's, pair by pair: what slows a whole round down leaves it as it is. */
export function ratioOf(values: readonly number[], baseline: readonly number[]): Ratio {
  const ratios = values.map((value, i) => value / (baseline[i] ?? Number.NaN));
  const middle = median(ratios);
  return { median: middle, mad: median(ratios.map((ratio) => Math.abs(ratio - middle))) };
}

/** The middle value, or the mean of the two in the middle. @throws Error for no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("Cannot take the median of no values");
  return (low + high) / 2;
}

/** Prints a table as lines of text. */
export function formatTable({ title, columns, rows, notes = [] }: Table): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const cells = rows.map((row) => row.cells.map(formatCell));
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)) + 3);
  const line = (name: string, texts: readonly string[]) =>
    `  ${name.padEnd(nameWidth)}${texts.map((text, i) => text.padStart(widths[i] ?? 0)).join("")}`;
  return [
    title,
    line("", columns),
    ...rows.map(({ name }, i) => line(name, cells[i] ?? [])),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

function formatCell({ value, ratio }: Cell): string {
  const text = value.toLocaleString("en", { maximumSignificantDigits: 3, useGrouping: false });
  if (ratio === undefined) return text.padEnd(text.length + RATIO_WIDTH);
  const spread = ratio.mad === 0 ? "" : ` ±${ratio.mad.toFixed(2)}`;
  return `${text}${`  x${ratio.median.toFixed(2)}${spread}`.padEnd(RATIO_WIDTH)}`;
}

const RATIO_WIDTH = "  x10.00 ±0.10".length;
