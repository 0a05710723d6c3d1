import { badParameter, missingParameter } from "../errors.ts";

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
