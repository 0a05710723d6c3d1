import type { ParsedQuery } from "./search-query.ts";
import { findableWords, plainWords } from "./words.ts";

export function hasPhrases({ alternatives }: ParsedQuery): boolean {
  return alternatives.some(({ phrases }) => phrases.length > 0);
}

/** Whether a text has the words and the phrases of an alternative of the query. */
export function holds({ alternatives }: ParsedQuery, text: string): boolean {
  const plain = ` ${plainWords(text)} `;
  const words = findableWords(text);
  return alternatives.some(
    ({ groups, phrases }) =>
      phrases.every((phrase) => plain.includes(` ${phrase} `)) &&
      groups.every((group) => group.some((word) => words.has(word))),
  );
}
