import { badParameter, missingParameter } from "../errors.ts";

// What directory_search.query holds. Nobody types more; a pasted paragraph would match nothing.
const QUERY_MAX_LENGTH = 100;

/**
 * Brings what people type into the one form that is searched for and that answers are kept under: trimmed, blanks
 * collapsed, lower case. Undefined where nothing is left. @throws UserError 400 for what is too long
 */
export function normalizeQuery(parameter: string, text: string): string | undefined {
  // Postgres takes no NUL; the other control characters mean nothing, either.
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

/** The same for a query that has to be there. @throws UserError 400 */
export function requireQuery(parameter: string, text: string): string {
  const query = normalizeQuery(parameter, text);
  if (query === undefined) throw missingParameter(parameter);
  return query;
}
