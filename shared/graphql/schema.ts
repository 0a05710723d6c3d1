import { GraphQLSchema } from "graphql";
import { Mutation } from "./types/mutation-type.ts";
import { Query } from "./types/query-type.ts";

let schema: GraphQLSchema | undefined;

/** The API's schema, put together when it is first asked for. Its printed form is schema.graphql. */
export function apiSchema(): GraphQLSchema {
  // A test checks it: doing so here would take 2 ms of a start.
  schema ??= new GraphQLSchema({ query: Query, mutation: Mutation, assumeValid: true });
  return schema;
}
