import { type GraphQLFieldConfigMap, GraphQLObjectType, GraphQLString } from "graphql";
import type { Edge } from "../../db/cursor.ts";
import { tooManyRequests, UserError } from "../../errors.ts";
import * as directorySearcher from "../../search/directory-searcher.ts";
import type { ListedDirectoryPodcast } from "../../search/list-directory-podcasts.ts";
import { FOUND_MAX, searchEpisodes } from "../../search/search-episodes.ts";
import { searchPodcasts } from "../../search/search-podcasts.ts";
import { requireQuery } from "../../search/search-query.ts";
import { parseId } from "../ids.ts";
import type { Scope } from "../scope.ts";
import { PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { listOf, required } from "./fields.ts";
import { EpisodeConnection, Podcast, PodcastConnection } from "./node-types.ts";

// The number of results that the directory is asked for.
const NUM_DIRECTORY_PODCASTS = 25;
// The longest time until the directory accepts another search.
const RETRY_AFTER_SECONDS = 60;

const QUERY = {
  type: required(GraphQLString),
  description: 'Words in any order, at most 100 characters. Supports `"phrases"`, `-word` to exclude a word, and `or`.',
};
type QueryArgs = { query: string };
type SearchArgs = PageArgs & QueryArgs & { podcastId?: string | null };

const DirectoryPodcast = new GraphQLObjectType<ListedDirectoryPodcast, Scope>({
  name: "DirectoryPodcast",
  description: "A podcast as listed in a public directory.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The listed podcast's ID. Opaque." },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    author: { type: GraphQLString, description: "Who makes the show, in the directory's words." },
    feedUrl: { type: required(GraphQLString), description: "The feed's URL." },
    imageUrl: { type: GraphQLString, description: "The show's artwork." },
    podcast: {
      type: Podcast,
      description: "The podcast on this server; null if it was not added yet.",
      resolve: ({ podcast }, _args, scope) => (podcast === null ? undefined : scope.findPodcast(podcast.id)),
    },
  }),
});

/** Searches: stored podcasts, stored episodes, and a directory. */
export const SEARCH_FIELDS: GraphQLFieldConfigMap<undefined, Scope> = {
  searchPodcasts: {
    // Nullable: if the search is too slow, the rest of the response stays.
    type: PodcastConnection,
    description:
      "Podcasts that match, best first, at most some hundreds. Tolerates spelling errors in titles and names, and ignores accents.",
    args: { query: QUERY, ...PAGE_ARGS },
    resolve: async (_root, args: SearchArgs, scope) => {
      const params = toParams(args, scope);
      return toConnection(await found(await searchPodcasts(scope.ctx.db, params), scope.findPodcast), params);
    },
  },
  searchEpisodes: {
    type: EpisodeConnection,
    description: `Episodes that match by title, author, persons or notes, at most ${FOUND_MAX}: best first, newest first among equal matches.`,
    args: {
      query: QUERY,
      podcastId: { type: GraphQLString, description: "Searches this podcast's episodes only." },
      ...PAGE_ARGS,
    },
    resolve: async (_root, args: SearchArgs, scope) => {
      const params = toParams(args, scope);
      return toConnection(await found(await searchEpisodes(scope.ctx.db, params), scope.findEpisode), params);
    },
  },
  directorySearch: {
    type: listOf(DirectoryPodcast),
    description: `Podcasts from Apple's directory, best first, at most ${NUM_DIRECTORY_PODCASTS}. Answers to the same query are cached for an hour.`,
    args: { query: { type: required(GraphQLString), description: "Words, at most 100 characters." } },
    extensions: { numItems: NUM_DIRECTORY_PODCASTS },
    resolve: async (_root, args: QueryArgs, { ctx }) => {
      const query = requireQuery("query", args.query);
      const { podcasts, problem } = await directorySearcher.run(ctx, { query });
      if (podcasts.length > 0 || problem === undefined) return podcasts;
      if (problem === "busy")
        throw tooManyRequests("Cannot search the directory: too many requests", RETRY_AFTER_SECONDS);
      throw new UserError(422, "Cannot search the directory: it is not responding");
    },
  },
};

function toParams(args: SearchArgs, { ctx }: Scope) {
  const podcastId = args.podcastId == null ? undefined : parseId(args.podcastId, "podcast");
  const query = requireQuery("query", args.query);
  return { ...toPageRequest(args), query, podcastId, accountId: ctx.caller.account?.id };
}

/** Pairs found ids with their rows. Skips rows that were deleted in the meantime. */
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
