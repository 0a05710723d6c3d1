import { GraphQLBoolean, type GraphQLFieldConfigMap, GraphQLString } from "graphql";
import type { Podcast as PodcastRow } from "../../db/schema.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import type { Scope } from "../scope.ts";
import { listOf } from "./fields.ts";
import * as namespace from "./namespace-types.ts";

// Fields for what feeds say that podcore only hands out.

const keywords = {
  type: listOf(GraphQLString),
  description: "Words to find it by, in the feed's order.",
  resolve: ({ extras }: { extras?: { keywords?: string[] } | null }) => extras?.keywords ?? [],
};

export const podcastFeedFields: GraphQLFieldConfigMap<PodcastRow, Scope> = {
  itunesTitle: {
    type: GraphQLString,
    description: "The title for Apple's apps (itunes:title), if it is not `title`.",
    resolve: ({ extras }) => extras?.itunesTitle,
  },
  subtitle: {
    type: GraphQLString,
    description: "One line about the show (itunes:subtitle), at most 500 characters.",
    resolve: ({ extras }) => extras?.subtitle,
  },
  keywords,
  generator: {
    type: GraphQLString,
    description: "The program that made the feed.",
    resolve: ({ extras }) => extras?.generator,
  },
  locations: {
    type: listOf(namespace.Location),
    description: "The places that the show is about or comes from, `location` first.",
    resolve: ({ namespace }) => locationsOf(namespace),
  },
  publisher: {
    type: namespace.RemoteItem,
    description: "The feed of the show's publisher, which lists all its shows.",
    resolve: ({ namespace }) => namespace.publisher,
  },
  remoteItems: listIn("remoteItems", {
    of: namespace.RemoteItem,
    description: "Items of other feeds that this feed lists, as a playlist does.",
  }),
  updateFrequency: {
    type: namespace.UpdateFrequency,
    description: "When the show says that it publishes episodes.",
    resolve: ({ namespace }) => namespace.updateFrequency,
  },
  usesPodping: {
    type: GraphQLBoolean,
    description: "Whether the feed's host announces changes by Podping.",
    resolve: ({ namespace }) => namespace.usesPodping,
  },
  socialInteracts: listIn("socialInteracts", {
    of: namespace.SocialInteract,
    description: "Where the show is discussed, by priority.",
  }),
  chat: { type: namespace.Chat, description: "The show's chat room.", resolve: ({ namespace }) => namespace.chat },
  images: listIn("images", { of: namespace.Image, description: "Pictures of the show in other sizes and shapes." }),
};

export const episodeFeedFields: GraphQLFieldConfigMap<EpisodeRow, Scope> = {
  itunesTitle: {
    type: GraphQLString,
    description: "The title for Apple's apps (itunes:title), without number or show, if it is not `title`.",
    resolve: ({ extras }) => extras?.itunesTitle,
  },
  subtitle: {
    type: GraphQLString,
    description: "One line about the episode (itunes:subtitle), at most 500 characters.",
    resolve: ({ extras }) => extras?.subtitle,
  },
  summary: {
    type: GraphQLString,
    description: "The feed's short description as plain text, if it has other notes as well. At most 4000 characters.",
    resolve: ({ extras }) => extras?.summary,
  },
  keywords,
  categories: {
    type: listOf(GraphQLString),
    description: "The episode's own categories.",
    resolve: ({ extras }) => extras?.categories ?? [],
  },
  commentsUrl: {
    type: GraphQLString,
    description: "A page with comments on the episode.",
    resolve: ({ extras }) => extras?.commentsUrl,
  },
  alternateEnclosures: listIn("alternateEnclosures", {
    of: namespace.AlternateEnclosure,
    description: "Other files with the episode.",
  }),
  locations: {
    type: listOf(namespace.Location),
    description: "The places that the episode is about or comes from, `location` first.",
    resolve: ({ namespace }) => locationsOf(namespace),
  },
  socialInteracts: listIn("socialInteracts", {
    of: namespace.SocialInteract,
    description: "Where the episode is discussed, by priority.",
  }),
  chat: {
    type: namespace.Chat,
    description: "The episode's chat room; if null, use the podcast's.",
    resolve: ({ namespace }) => namespace?.chat,
  },
  images: listIn("images", { of: namespace.Image, description: "Pictures of the episode in other sizes and shapes." }),
};

type Places<Location> = { location?: Location; otherLocations?: Location[] };

function locationsOf<Location>(places: Places<Location> | undefined): Location[] {
  return [places?.location ?? [], places?.otherLocations ?? []].flat() as Location[];
}

/** A field for a list of the podcast namespace. Rows from before the list was supported do not have it. */
export function listIn<Name extends string>(name: Name, { of, description }: namespace.ListField) {
  type Row = { namespace?: { [key in Name]?: readonly unknown[] } };
  return { type: listOf(of), description, resolve: ({ namespace }: Row) => namespace?.[name] ?? [] };
}
