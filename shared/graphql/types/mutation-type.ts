import { GraphQLObjectType } from "graphql";
import type { Scope } from "../scope.ts";
import { listeningMutations } from "./listening-mutations.ts";
import { podcastMutations } from "./podcast-mutations.ts";

export const Mutation = new GraphQLObjectType<undefined, Scope>({
  name: "Mutation",
  description: "The root mutation object of the schema. Requires an account: an API key, or a login on the website.",
  fields: () => ({ ...listeningMutations, ...podcastMutations }),
});
