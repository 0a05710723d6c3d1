import { GraphQLObjectType, GraphQLString } from "graphql";
import * as fileRequester from "../../podcasts/files/file-requester.ts";
import { listPodcasts } from "../../podcasts/list-podcasts.ts";
import { parseId } from "../ids.ts";
import type { Scope } from "../scope.ts";
import { Account } from "./account-type.ts";
import { PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { listOf, required } from "./fields.ts";
import { Episode, EpisodeConnection, Podcast, PodcastConnection, resolveEpisodes } from "./node-types.ts";
import { SEARCH_FIELDS } from "./search-fields.ts";

// The limits of the two lists of API version 1.0.
const NUM_PODCASTS = 5;
const NUM_EPISODES = 50;

const PODCAST_ID = { type: required(GraphQLString), description: "The podcast's ID." };
const EPISODE_ID = { type: required(GraphQLString), description: "The episode's ID." };

export const Query = new GraphQLObjectType<undefined, Scope>({
  name: "Query",
  description:
    "The root query object of the schema. Each account, or network without an account, has a budget of 600,000 points per ten " +
    "minutes. A request costs 50 points, plus one for each podcast or episode and one for every ten fields, counting all lists as full. Requests beyond the budget get a 429.",
  fields: () => ({
    apiVersion: { type: required(GraphQLString), description: "The API's version.", resolve: () => "1.0" },
    account: {
      type: Account,
      description: "The account of the request's API key or login; null without either.",
      resolve: async (_root, _args, scope) => {
        const { account } = scope.ctx.caller;
        const point = await scope.findSyncPoint();
        return account && point && { ...account, ...point };
      },
    },
    podcast: {
      type: listOf(Podcast),
      description: `The first ${NUM_PODCASTS} podcasts by title. Use \`podcasts\` to list all.`,
      extensions: { numItems: NUM_PODCASTS },
      resolve: async (_root, _args, { ctx }) =>
        (await listPodcasts(ctx.db, { first: NUM_PODCASTS, after: undefined }))
          .slice(0, NUM_PODCASTS)
          .map((edge) => edge.node),
    },
    episode: {
      type: listOf(Episode),
      description: `A podcast's newest ${NUM_EPISODES} episodes; empty for an unknown podcast. Use \`episodes\` to list all.`,
      args: { podcastId: PODCAST_ID },
      extensions: { numItems: NUM_EPISODES },
      resolve: async (_root, args: { podcastId: string }, scope) => {
        const page = { first: NUM_EPISODES, after: undefined };
        const edges = await scope.listEpisodes(parseId(args.podcastId, "podcast"), page);
        return edges.slice(0, NUM_EPISODES).map((edge) => edge.node);
      },
    },
    podcastById: {
      type: Podcast,
      description: "A podcast; null if it does not exist.",
      args: { id: PODCAST_ID },
      resolve: (_root, args: { id: string }, scope) => scope.findPodcast(parseId(args.id, "podcast")),
    },
    episodeById: {
      type: Episode,
      description: "An episode; null if it does not exist.",
      args: { id: EPISODE_ID },
      resolve: async (_root, args: { id: string }, scope) => {
        const found = await scope.findEpisode(parseId(args.id, "episode"));
        if (found !== undefined) await fileRequester.open(scope.ctx, { episodeId: found.id });
        return found;
      },
    },
    podcasts: {
      type: required(PodcastConnection),
      description: "All public podcasts that can be listed, by title.",
      args: PAGE_ARGS,
      resolve: async (_root, args: PageArgs, { ctx }) => {
        const page = toPageRequest(args);
        return toConnection(await listPodcasts(ctx.db, page), page);
      },
    },
    episodes: {
      type: required(EpisodeConnection),
      description: "A podcast's episodes, newest first; empty for an unknown podcast.",
      args: { podcastId: PODCAST_ID, ...PAGE_ARGS },
      resolve: (_root, args: PageArgs & { podcastId: string }, scope) =>
        resolveEpisodes(parseId(args.podcastId, "podcast"), args, scope),
    },
    ...SEARCH_FIELDS,
  }),
});
