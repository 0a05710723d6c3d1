import type { Mutant } from "./mutant.ts";

type Equivalent = Pick<Mutant, "file" | "code" | "what"> & { why: string };

/** Mutants that change nothing that a test could see, and why. They are left out of the score. */
export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: "shared/crawl/lock-lease.ts",
    code: 'this.name = "LeaseLostError";',
    what: 'drop `this.name = "LeaseLostError";`',
    why: "A name that only a log line shows: callers ask for the class.",
  },
];

export function isSame(mutant: Mutant, { file, code, what }: Equivalent): boolean {
  return mutant.file === file && mutant.code === code && mutant.what === what;
}
