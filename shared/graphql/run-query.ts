import {
  executeRootSelectionSet,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  validateExecutionArgs,
} from "graphql";
import type { Context } from "../context.ts";
import { isDatabaseUnavailable } from "../db/failure.ts";
import { UserError, unauthorized } from "../errors.ts";
import { present } from "../present.ts";
import { readDocument } from "./documents.ts";
import { toExtensions } from "./error-extensions.ts";
import { measureCost } from "./limits.ts";
import { spend } from "./query-budget.ts";
import type { QueryRequest } from "./read-request.ts";
import { apiSchema } from "./schema.ts";
import { openScope } from "./scope.ts";
import { writeJson } from "./write-json.ts";

/** `status` is 200 if the query ran, even with field errors, and 400 if it could not run. */
export type Outcome = { status: number; body: string | Buffer };

// Cost of a request before anything of it is read: 0.5 to 1 ms.
const REQUEST_POINTS = 50;

/**
 * Runs one query.
 *
 * @throws UserError 400 if it exceeds a limit, 401 for a mutation without an account, 405 for a mutation with GET, 429
 * if it exceeds the caller's budget
 */
export async function runQuery(ctx: Context, request: QueryRequest): Promise<Outcome> {
  await spend(ctx, REQUEST_POINTS);
  const { document, errors, points: readingPoints } = readDocument(request.query);
  if (readingPoints > 0) await spend(ctx, readingPoints);
  if (document === undefined) return refused(errors);
  if (getOperationAST(document, request.operationName)?.operation === "mutation") {
    if (request.isReadOnly) throw new UserError(405, "Cannot run a mutation with GET", { headers: { allow: "POST" } });
    // RFC 6750 3: no error code if the request had no credentials.
    if (ctx.caller.account === undefined) throw unauthorized({ "www-authenticate": "Bearer" });
  }
  if (errors.length > 0) return refused(errors);

  const args = validateExecutionArgs({
    schema: apiSchema(),
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    abortSignal: ctx.signal,
  });
  if (!("schema" in args)) return refused(args);
  const { points, isLarge, ...load } = measureCost(args);
  await spend(ctx, points);
  const scope = openScope(ctx, load);
  const result = await executeRootSelectionSet({ ...args, contextValue: scope });
  const shown: FormattedExecutionResult = present({ ...toShown(result.errors, ctx), data: result.data });
  return { status: 200, body: isLarge ? await writeJson(shown, scope.turns) : JSON.stringify(shown) };
}

function refused(errors: readonly GraphQLError[]): Outcome {
  return { status: 400, body: JSON.stringify({ errors: errors.map((error) => error.toJSON()) }) };
}

/** Converts errors for the reader. @throws errors that fail the whole query, such as an unreachable database or host */
function toShown(errors: readonly GraphQLError[] = [], ctx: Context): { errors?: GraphQLFormattedError[] } {
  if (errors.length === 0) return {};
  // One failed statement fails every field that waited for it.
  const causes = new Set(errors.map((error) => error.originalError));
  for (const cause of causes) {
    if (isDatabaseUnavailable(cause) || (cause instanceof UserError && cause.status >= 500)) throw cause;
    if (cause === undefined || cause instanceof UserError) continue;
    ctx.log.error("GraphQL field failed", { cause });
  }
  return { errors: errors.map(toShownError) };
}

function toShownError(error: GraphQLError): GraphQLFormattedError {
  const { message, locations, path, originalError } = error;
  if (originalError instanceof UserError)
    return present({ message, locations, path, extensions: toExtensions(originalError) });
  // An error without a cause is graphql's own, about the query.
  return present({ message: originalError === undefined ? message : "Internal server error", locations, path });
}
