import { GraphQLObjectType, GraphQLString } from "graphql";
import type { CrawlState } from "../../podcasts/crawl-state.ts";
import type { Scope } from "../scope.ts";
import { DateTime } from "./fields.ts";

/** What listeners see of a podcast's crawl. */
export const PodcastCrawl = new GraphQLObjectType<CrawlState, Scope>({
  name: "PodcastCrawl",
  description: "How the feed of a podcast is checked for new episodes.",
  fields: {
    checkedAt: { type: DateTime, description: "When the feed was last requested, with or without success." },
    nextCheckAt: {
      type: DateTime,
      description: "When it will be requested next; in the past if it is due. Null if it is not checked any more.",
    },
    trouble: {
      type: GraphQLString,
      description: "What is wrong with the feed, as a sentence in English for listeners; null if nothing is.",
    },
  },
});
