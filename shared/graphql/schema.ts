import { GraphQLSchema } from "graphql";
import { Mutation } from "./types/mutation-type.ts";
import { Query } from "./types/query-type.ts";

let schema: GraphQLSchema | undefined;

/** Returns the API's schema, which is built on first use. schema.graphql is its printed form. */
export function apiSchema(): GraphQLSchema {
  // A test validates the schema; doing it here would add 2 ms to each start.
  schema ??= new GraphQLSchema({ query: Query, mutation: Mutation, assumeValid: true });
  return schema;
}
