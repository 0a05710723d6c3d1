import { type DocumentNode, GraphQLError, parse, validate, visit } from "graphql";
import { apiSchema } from "./schema.ts";

// Every field of the schema in one query takes some 400, GraphiQL's introspection 184.
const TOKENS_MAX = 1_000;
// Each error counts the lines before its place: 0.1 ms for so many. A document has no more with a line for each token.
const LINES_MAX = 1_000;
// Fields of one name are compared in pairs, to see whether they may be merged: 1 to 3 us a pair. 140 times
// `podcasts { nodes { id } }` has 29 000.
const PAIRS_MAX = 8_000;
// The first few say what is wrong; each suggestion costs a search over all names.
const ERRORS_MAX = 5;
// An app has some dozens of queries.
const CACHED_DOCUMENTS_MAX = 200;
// A syntax tree takes some hundred times its text: 20 MB at most.
const CACHED_LENGTH_MAX = 200_000;

// Reading a document costs a point a token, and this where the text is not a document.
const SYNTAX_ERROR_POINTS = 500;

/** `points`: what reading it costs of a budget. A document that is kept costs nothing. */
type Checked = { document?: DocumentNode; errors: readonly GraphQLError[]; points: number };

const cache = new Map<string, DocumentNode>();
let cachedLength = 0;

/** Parses a query and checks it against the schema. Queries without errors are kept, those longest unused dropped first. */
export function readDocument(text: string): Checked {
  const known = cache.get(text);
  if (known !== undefined) {
    // A map keeps the order in which keys came: this one is the newest again.
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
    requireFewLines(text);
    const document = parse(text, { maxLexicalTokens: TOKENS_MAX, maxComments: TOKENS_MAX });
    requireFewPairs(document);
    const errors = validate(apiSchema(), document, undefined, { maxErrors: ERRORS_MAX });
    return { document, errors, points: document.tokenCount ?? TOKENS_MAX };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error], points: SYNTAX_ERROR_POINTS };
    throw error;
  }
}

function requireFewLines(text: string): void {
  const numLines = text.split(/\r\n|[\n\r]/, LINES_MAX + 1).length;
  if (numLines > LINES_MAX) throw new GraphQLError(`Document contains more than ${LINES_MAX} lines`);
}

function requireFewPairs(document: DocumentNode): void {
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
    `Document repeats fields too often: it has ${numPairs} pairs of the same name, of at most ${PAIRS_MAX}`,
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
