import { badParameter, missingParameter } from "../errors.ts";
import { plainWords, wordsOf } from "./words.ts";

// Column limit of directory_search.query. People type less, and a pasted paragraph would match nothing.
const QUERY_MAX_LENGTH = 100;

/**
 * Normalizes a typed query, for searching and for storing answers: trimmed, single spaces, lower case. Returns
 * undefined if nothing is left. @throws UserError 400 if it is too long
 */
export function normalizeQuery(parameter: string, text: string): string | undefined {
  // Postgres cannot store NUL, and other control characters mean nothing either.
  const query = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .toLowerCase();
  if (query.length > QUERY_MAX_LENGTH) {
    throw badParameter(
      parameter,
      `longer than ${QUERY_MAX_LENGTH} characters: "${query.slice(0, QUERY_MAX_LENGTH)}..."`,
    );
  }
  return query || undefined;
}

/** Normalizes a required query. @throws UserError 400 if it is missing or too long */
export function requireQuery(parameter: string, text: string): string {
  const query = normalizeQuery(parameter, text);
  if (query === undefined) throw missingParameter(parameter);
  return query;
}

/** What a query asks for: all words of at least one of the alternatives. */
export type ParsedQuery = {
  alternatives: Alternative[];
  /** The query's words as `plainWords` returns them, without excluded ones: to compare titles with. */
  plain: string;
};
export type Alternative = {
  /** Of each group, one word must be there: mostly groups of one word. */
  groups: string[][];
  /** Each as `plainWords` returns it. */
  phrases: string[];
  excluded: string[];
};

// A part in quotes, the last of which may be missing, or a part without blanks; either after a minus.
const PART = /(-?)(?:"([^"]*)"?|([^\s"]+))/g;

/** Reads "phrases", -excluded words, and `or` between alternatives from a normalized query. */
export function parseQuery(query: string): ParsedQuery {
  const alternatives: Alternative[] = [];
  const plain: string[] = [];
  let texts: string[] = [];
  let current: Alternative = { groups: [], phrases: [], excluded: [] };
  const endAlternative = () => {
    // Read together, because initials may be apart.
    current.groups = [...new Set(wordsOf(texts.join(" ")))].map((word) => [word]);
    if (current.groups.length > 0) alternatives.push(current);
    current = { groups: [], phrases: [], excluded: [] };
    texts = [];
  };
  for (const [part, minus, phrase, bare] of query.matchAll(PART)) {
    // "or" without words before it is a word like others.
    if (part === "or" && texts.length > 0) endAlternative();
    else if (minus === "-") current.excluded.push(...wordsOf(phrase ?? bare ?? ""));
    else {
      const text = phrase ?? bare ?? "";
      if (phrase !== undefined && plainWords(phrase).includes(" ")) current.phrases.push(plainWords(phrase));
      texts.push(text);
      plain.push(text);
    }
  }
  endAlternative();
  return { alternatives, plain: plainWords(plain.join(" ")) };
}
