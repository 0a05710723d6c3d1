import { GraphQLSchema } from "graphql";
import { Query } from "./query-type.ts";

let schema: GraphQLSchema | undefined;

/** The API's schema, put together when it is first asked for. Its printed form is schema.graphql. */
export function apiSchema(): GraphQLSchema {
  schema ??= new GraphQLSchema({ query: Query });
  return schema;
}
