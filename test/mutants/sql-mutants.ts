import type { Edit } from "./mutant.ts";

// What stands for each character that the patterns below must not look at: a letter, so that it counts as a word.
const OPAQUE = "Q";

/** Each operator, and what takes its place. */
const SWAPS: [pattern: RegExp, to: string][] = [
  [/(?<=\s)<=(?=\s)/g, "<"],
  [/(?<=\s)<(?=\s)/g, "<="],
  [/(?<=\s)>=(?=\s)/g, ">"],
  [/(?<=\s)>(?=\s)/g, ">="],
  [/(?<=\s)<>(?=\s)/g, "="],
  [/(?<=\s)\+(?=\s)/g, "-"],
  [/(?<=\s)-(?=\s)/g, "+"],
  [/\bis not null\b/g, "is null"],
  [/\bis null\b/g, "is not null"],
  [/\bis not distinct from\b/g, "is distinct from"],
  [/\bis distinct from\b/g, "is not distinct from"],
  [/\bgreatest(?=\()/g, "least"],
  [/\bleast(?=\()/g, "greatest"],
  [/\bmax(?=\()/g, "min"],
  [/\bmin(?=\()/g, "max"],
  [/\bnot exists\b/g, "exists"],
  [/(?<!not )\bexists\b/g, "not exists"],
  [/\bdesc\b/g, "asc"],
  [/\basc\b/g, "desc"],
  [/\bunion all\b/g, "union"],
  [/\bfor (?:no key )?(?:update|share)(?: skip locked)?\b/g, ""],
  [/ skip locked\b/g, ""],
  [/(?<!between \S+ )\band\b/g, "or"],
  [/\bor\b/g, "and"],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
];

// What begins a condition, and what ends it where no parenthesis is open.
const BEGINS = /\b(?:where|and|or|having|when)\s+/g;
const ENDS =
  /^(?:and|or|then|when|else|end|order by|group by|having|limit|returning|for (?:no key )?(?:update|share)|union|on conflict|on|join|left join|set|do)\b/;

/** Finds changes to the text of a statement or a part of one; `isOpaque` marks what is no SQL, such as `${...}`. */
export function sqlEdits(text: string, isOpaque: (offset: number) => boolean): Edit[] {
  const sql = mask(text, isOpaque);
  const swaps = SWAPS.flatMap(([pattern, replacement]) =>
    [...sql.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      replacement,
    })),
  );
  return [...swaps, ...conditionsOf(sql).filter(({ start, end }) => !/^(?:true|false)$/.test(sql.slice(start, end)))];
}

/** Takes each condition of `where`, `and`, `or`, `having` and `when` for met, or in an alternative for not met. */
function conditionsOf(sql: string): Edit[] {
  return [...sql.matchAll(BEGINS)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = endOfCondition(sql, start);
    if (end === start) return [];
    const isAlternative = match[0].trim() === "or" || /^\s*or\b/.test(sql.slice(end));
    return [{ start, end, replacement: isAlternative ? "false" : "true" }];
  });
}

function endOfCondition(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    const char = sql[at];
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    const isWordStart = /\s/.test(sql[at - 1] ?? " ");
    if (depth < 0 || (depth === 0 && (char === "," || char === ";" || (isWordStart && ENDS.test(sql.slice(at))))))
      return start + sql.slice(start, at).trimEnd().length;
  }
  return start + sql.slice(start).trimEnd().length;
}

/** Hides substitutions, strings and comments; every other character stays where it is. */
function mask(text: string, isOpaque: (offset: number) => boolean): string {
  const shown = [...text.split("")].map((char, at) => (isOpaque(at) ? OPAQUE : char)).join("");
  return shown.replace(/'[^']*'|--[^\n]*/g, (part) => OPAQUE.repeat(part.length));
}
