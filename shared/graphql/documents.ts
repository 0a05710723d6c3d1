import { type DocumentNode, GraphQLError, parse, validate, visit } from "graphql";
import { apiSchema } from "./schema.ts";

// A query with every field of the schema has about 400 tokens, and GraphiQL's introspection 184.
const TOKENS_MAX = 1_000;
// Each error counts the lines before its position: 0.1 ms for this many. No valid document needs more, even with one
// line per token.
const LINES_MAX = 1_000;
// Validation compares fields of the same name in pairs, to see whether they can be merged: 1 to 3 us a pair. 140 times
// `podcasts { nodes { id } }` makes 29,000 pairs.
const PAIRS_MAX = 8_000;
// The first few say what is wrong. Each suggestion costs a search through all names.
const ERRORS_MAX = 5;
// An app has a few dozen queries.
const CACHED_DOCUMENTS_MAX = 200;
// A syntax tree takes about a hundred times the size of its text: 20 MB at most.
const CACHED_LENGTH_MAX = 200_000;

// Reading a document costs one point per token, or this if it is not valid GraphQL syntax.
const SYNTAX_ERROR_POINTS = 500;

/** `points`: what reading the document costs of a budget. A cached document costs nothing. */
type Checked = { document?: DocumentNode; errors: readonly GraphQLError[]; points: number };

const cache = new Map<string, DocumentNode>();
let cachedLength = 0;

/**
 * Parses a query and validates it against the schema. Caches valid queries, and drops the least recently used first.
 */
export function readDocument(text: string): Checked {
  const known = cache.get(text);
  if (known !== undefined) {
    // Maps keep insertion order: inserting it again makes it the newest.
    cache.delete(text);
    cache.set(text, known);
    return { document: known, errors: [], points: 0 };
  }
  const checked = check(text);
  if (checked.document !== undefined && checked.errors.length === 0) keep(text, checked.document);
  return checked;
}

function check(text: string): Checked {
  try {
    checkNumLines(text);
    const document = parse(text, { maxLexicalTokens: TOKENS_MAX, maxComments: TOKENS_MAX });
    checkNumPairs(document);
    const errors = validate(apiSchema(), document, undefined, { maxErrors: ERRORS_MAX });
    return { document, errors, points: document.tokenCount ?? TOKENS_MAX };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error], points: SYNTAX_ERROR_POINTS };
    throw error;
  }
}

function checkNumLines(text: string): void {
  const numLines = text.split(/\r\n|[\n\r]/, LINES_MAX + 1).length;
  if (numLines > LINES_MAX) throw new GraphQLError(`Document contains more than ${LINES_MAX} lines`);
}

function checkNumPairs(document: DocumentNode): void {
  const counts = new Map<string, number>();
  let numPairs = 0;
  visit(document, {
    Field({ alias, name }) {
      const key = (alias ?? name).value;
      const count = counts.get(key) ?? 0;
      numPairs += count;
      counts.set(key, count + 1);
    },
  });
  if (numPairs <= PAIRS_MAX) return;
  throw new GraphQLError(
    `Document repeats fields too often: ${numPairs} pairs of the same name, at most ${PAIRS_MAX} are allowed`,
  );
}

function keep(text: string, document: DocumentNode): void {
  cache.set(text, document);
  cachedLength += text.length;
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHED_DOCUMENTS_MAX && cachedLength <= CACHED_LENGTH_MAX) break;
    cache.delete(oldest);
    cachedLength -= oldest.length;
  }
}
