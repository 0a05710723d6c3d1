import { badRequest, UserError } from "../errors.ts";
import type { FunctionRequest } from "../http/function.ts";
import { isJsonObject } from "../json.ts";

/** A query as sent over HTTP (https://graphql.github.io/graphql-over-http/draft/). */
export type QueryRequest = {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  /** It was sent with GET, which must not change anything. */
  isReadOnly: boolean;
};

/** Reads a query from a GET's query string or a POST's JSON. @throws UserError 400; 415 for a POST of another type */
export function readQueryRequest(request: FunctionRequest, { bodyMaxBytes }: { bodyMaxBytes: number }): QueryRequest {
  if (request.method !== "POST") return readQueryString(request.query);
  // Other sites' pages can send other content types without a CORS preflight, so those are refused unread.
  if (!/^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(request.headers["content-type"] ?? "")) {
    throw new UserError(415, 'Cannot read the request body: its content type is not "application/json"');
  }
  if (request.body.length > bodyMaxBytes) throw unreadableBody(`longer than ${bodyMaxBytes} bytes`);
  return readBody(request.body);
}

function readQueryString(params: URLSearchParams): QueryRequest {
  return {
    query: requireQuery(params.get("query")),
    operationName: params.get("operationName") || undefined,
    variables: readVariables(params.get("variables") || "null"),
    isReadOnly: true,
  };
}

function readVariables(text: string): Record<string, unknown> | undefined {
  const variables = parseJson(text, (detail) => badRequest(`Malformed variables JSON: ${detail}`)) ?? undefined;
  if (variables === undefined || isJsonObject(variables)) return variables;
  throw badRequest("Malformed variables JSON: not an object");
}

function readBody(body: Buffer): QueryRequest {
  const fields = parseJson(body.toString(), unreadableBody);
  if (!isJsonObject(fields)) throw unreadableBody("not an object");
  const { query, operationName, variables } = fields;
  if (operationName != null && typeof operationName !== "string")
    throw unreadableBody('"operationName" is not a string');
  if (variables != null && !isJsonObject(variables)) throw unreadableBody('"variables" is not an object');
  return {
    query: requireQuery(query),
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    isReadOnly: false,
  };
}

function requireQuery(query: unknown): string {
  if (query == null || query === "") throw badRequest("No query provided");
  if (typeof query === "string") return query;
  throw unreadableBody('"query" is not a string');
}

function parseJson(text: string, toError: (detail: string) => UserError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw toError(error instanceof Error ? error.message : "not JSON");
  }
}

function unreadableBody(detail: string): UserError {
  return badRequest(`Error deserializing request body: ${detail}`);
}
