import { type GraphQLFieldConfigMap, GraphQLObjectType, GraphQLString } from "graphql";
import type { Edge } from "../../db/cursor.ts";
import { tooManyRequests, UserError } from "../../errors.ts";
import * as directorySearcher from "../../search/directory-searcher.ts";
import type { ListedDirectoryPodcast } from "../../search/list-directory-podcasts.ts";
import { searchEpisodes } from "../../search/search-episodes.ts";
import { searchPodcasts } from "../../search/search-podcasts.ts";
import { requireQuery } from "../../search/search-query.ts";
import type { Scope } from "../scope.ts";
import { PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { listOf, required } from "./fields.ts";
import { EpisodeConnection, Podcast, PodcastConnection } from "./node-types.ts";

// As many as the directory is asked for.
const NUM_DIRECTORY_PODCASTS = 25;
// When the directory may be asked again, at the latest.
const RETRY_AFTER_SECONDS = 60;

const QUERY = {
  type: required(GraphQLString),
  description: 'Words, in any order: at most 100 characters. `"in quotes"` in that order, `-word` without it, `or`.',
};
type QueryArgs = { query: string };
type SearchArgs = PageArgs & QueryArgs;

const DirectoryPodcast = new GraphQLObjectType<ListedDirectoryPodcast, Scope>({
  name: "DirectoryPodcast",
  description: "A podcast as a public directory lists it.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The listed podcast's ID: opaque." },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    author: { type: GraphQLString, description: "Who makes the show, as the directory words it." },
    feedUrl: { type: required(GraphQLString), description: "Where its feed is." },
    imageUrl: { type: GraphQLString, description: "The show's artwork." },
    podcast: {
      type: Podcast,
      description: "The podcast that is stored here; null where it was not added yet.",
      resolve: ({ podcast }, _args, scope) => (podcast === null ? undefined : scope.findPodcast(podcast.id)),
    },
  }),
});

/** What is searched: podcasts and episodes that are stored, and a directory. */
export const SEARCH_FIELDS: GraphQLFieldConfigMap<undefined, Scope> = {
  searchPodcasts: {
    type: required(PodcastConnection),
    description: "Podcasts that match, best first; misspelt titles are understood.",
    args: { query: QUERY, ...PAGE_ARGS },
    resolve: async (_root, args: SearchArgs, scope) => {
      const asked = toAsked(args, scope);
      return toConnection(await found(await searchPodcasts(scope.ctx.db, asked), scope.findPodcast), asked);
    },
  },
  searchEpisodes: {
    type: required(EpisodeConnection),
    description: "Episodes that match by title, author or notes, best first, and of those that match alike the newest.",
    args: { query: QUERY, ...PAGE_ARGS },
    resolve: async (_root, args: SearchArgs, scope) => {
      const asked = toAsked(args, scope);
      return toConnection(await found(await searchEpisodes(scope.ctx.db, asked), scope.findEpisode), asked);
    },
  },
  directorySearch: {
    type: listOf(DirectoryPodcast),
    description: `Podcasts that Apple's directory lists, best first, at most ${NUM_DIRECTORY_PODCASTS}. It is asked the same once an hour.`,
    args: { query: { type: required(GraphQLString), description: "Words: at most 100 characters." } },
    extensions: { numItems: NUM_DIRECTORY_PODCASTS },
    resolve: async (_root, args: QueryArgs, { ctx }) => {
      const query = requireQuery("query", args.query);
      const { podcasts, problem } = await directorySearcher.run(ctx, { query });
      if (podcasts.length > 0 || problem === undefined) return podcasts;
      if (problem === "busy")
        throw tooManyRequests("Cannot search the directory: it was asked too often", RETRY_AFTER_SECONDS);
      throw new UserError(422, "Cannot search the directory: it does not answer");
    },
  },
};

function toAsked(args: SearchArgs, { ctx }: Scope) {
  return { ...toPageRequest(args), query: requireQuery("query", args.query), accountId: ctx.caller.account?.id };
}

/** The rows of what was found. What was removed meanwhile is left out. */
async function found<T>(
  edges: readonly Edge<number>[],
  find: (id: number) => Promise<T | undefined>,
): Promise<Edge<T>[]> {
  const rows = await Promise.all(edges.map(({ node }) => find(node)));
  return edges.flatMap(({ cursor }, i) => {
    const node = rows[i];
    return node === undefined ? [] : [{ node, cursor }];
  });
}
