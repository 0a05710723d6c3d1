import type { Mutant } from "./mutant.ts";

type Equivalent = Pick<Mutant, "file" | "code" | "what"> & { why: string };

/** Mutants that change nothing that a test could see, and why. They are left out of the score. */
export const EQUIVALENTS: readonly Equivalent[] = [];

export function isEquivalent({ file, code, what }: Mutant): boolean {
  return EQUIVALENTS.some((it) => it.file === file && it.code === code && it.what === what);
}
