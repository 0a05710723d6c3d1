import { type DocumentNode, GraphQLError, parse, validate } from "graphql";
import { apiSchema } from "./schema.ts";

// Every field of the schema in one query takes some 400, GraphiQL's introspection 184. Checking whether fields may be merged
// takes the square of it: 120 ms for the worst.
const TOKENS_MAX = 1_000;
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
    const document = parse(text, { maxLexicalTokens: TOKENS_MAX, maxComments: TOKENS_MAX });
    const errors = validate(apiSchema(), document, undefined, { maxErrors: ERRORS_MAX });
    return { document, errors, points: document.tokenCount ?? TOKENS_MAX };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error], points: SYNTAX_ERROR_POINTS };
    throw error;
  }
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
