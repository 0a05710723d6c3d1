/** One small change to a source file, which a test ought to notice. */
export type Mutant = {
  /** The path from the project's root. */
  file: string;
  line: number;
  /** The source line it changes, without its indentation. */
  code: string;
  /** What changes into what, such as "`<` to `<=`". */
  what: string;
  start: number;
  end: number;
  replacement: string;
  /** Goes before the file's first character: an import that the replacement needs. */
  prelude?: string;
  /** In a statement's text, which tsc does not read. */
  isSql?: boolean;
};

/** A change within a text, by its offsets. */
export type Edit = Pick<Mutant, "start" | "end" | "replacement" | "prelude" | "isSql"> & { what?: string };

/** Returns the source of a file with the mutant in it. Lines keep their numbers. */
export function applyMutant(source: string, { start, end, replacement, prelude = "" }: Mutant): string {
  return prelude + source.slice(0, start) + replacement + source.slice(end);
}

/** Completes edits of a file into mutants, each change once, in the order of the lines. */
export function toMutants(edits: Edit[], { file, source }: { file: string; source: string }): Mutant[] {
  const byChange = new Map<string, Mutant>();
  for (const { what, ...edit } of edits) {
    const line = source.slice(0, edit.start).split("\n").length;
    const mutant: Mutant = {
      ...edit,
      file,
      line,
      code: (source.split("\n")[line - 1] ?? "").trim(),
      what: what ?? `\`${shorten(source.slice(edit.start, edit.end))}\` to \`${shorten(edit.replacement)}\``,
    };
    byChange.set(`${edit.start}-${edit.end}-${edit.replacement}`, mutant);
  }
  return [...byChange.values()].sort((a, b) => a.start - b.start);
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
}
