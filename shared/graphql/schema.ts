import { GraphQLSchema } from "graphql";
import { Query } from "./query-type.ts";

let schema: GraphQLSchema | undefined;

/** The API's schema, put together when it is first asked for. Its printed form is schema.graphql. */
export function apiSchema(): GraphQLSchema {
  // A test checks it: doing so here would take 2 ms of a start.
  schema ??= new GraphQLSchema({ query: Query, assumeValid: true });
  return schema;
}
