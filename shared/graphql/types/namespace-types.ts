import {
  GraphQLBoolean,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLString,
} from "graphql";
import type * as model from "../../feed/model.ts";
import { DateTime, listOf, required, toInstant } from "./fields.ts";

// The podcast namespace (https://podcastindex.org/namespace/1.0), and the two lists that feeds had before it.

export const Category = objectType<model.Category>("Category", "A category of a show.", {
  name: { type: required(GraphQLString), description: "For example `Society & Culture`." },
  subcategories: { type: listOf(GraphQLString), description: "Subcategories within this one." },
});

export const Chapter = objectType<model.Chapter>("Chapter", "A chapter of an episode.", {
  startSeconds: { type: required(GraphQLFloat), description: "The start in seconds. May have decimals." },
  title: { type: required(GraphQLString), description: "Plain text." },
  linkUrl: { type: GraphQLString, description: "A related web page." },
  imageUrl: { type: GraphQLString, description: "An image." },
});

export const ChaptersLink = objectType<model.ChaptersLink>("ChaptersLink", "A file with an episode's chapters.", {
  url: { type: required(GraphQLString), description: "The file's URL." },
  type: { type: GraphQLString, description: "The file's MIME type, usually `application/json+chapters`." },
});

export const Funding = objectType<model.Funding>("Funding", "A page where listeners can support a show.", {
  url: { type: required(GraphQLString), description: "The page's URL." },
  message: { type: GraphQLString, description: "The link's text." },
});

export const Person = objectType<model.Person>("Person", "A person who takes part in a show or an episode.", {
  name: { type: required(GraphQLString), description: "Full name or alias." },
  role: { type: GraphQLString, description: "For example `guest`; if null, the person is a host." },
  group: { type: GraphQLString, description: "For example `writing`; if null, the cast." },
  imageUrl: { type: GraphQLString, description: "A portrait." },
  linkUrl: { type: GraphQLString, description: "A page about the person." },
});

export const Location = objectType<model.Location>("Location", "The place that a show or an episode is about.", {
  name: { type: required(GraphQLString), description: "The place's common name." },
  geo: { type: GraphQLString, description: "Coordinates as a geo URI (RFC 5870): `geo:37.786971,-122.399677`." },
  osm: {
    type: GraphQLString,
    description: "An OpenStreetMap object, as the first letter of its kind and its ID: `R113314`.",
  },
  rel: {
    type: GraphQLString,
    description: "`creator` for the place of production; if null or `subject`, the subject.",
  },
  country: { type: GraphQLString, description: "The country's two letters (ISO 3166-1), in lower case." },
});

export const License = objectType<model.License>(
  "License",
  "The license that a show or an episode is published under.",
  {
    identifier: {
      type: required(GraphQLString),
      description: "An SPDX identifier, or the publisher's own name for the license.",
    },
    url: { type: GraphQLString, description: "URL of the full text." },
  },
);

const ValueRecipient = objectType<model.ValueRecipient>("ValueRecipient", "A recipient of a share of a payment.", {
  name: { type: GraphQLString, description: "The recipient's name." },
  type: { type: required(GraphQLString), description: "The kind of `address`, for example `node`." },
  address: { type: required(GraphQLString), description: "The address to send the share to." },
  split: {
    type: required(GraphQLFloat),
    description: "The recipient's shares, out of the sum of all recipients' shares.",
  },
  fee: {
    type: required(GraphQLBoolean),
    description: "Whether the share is a fee that is deducted before the rest is split.",
  },
  customKey: { type: GraphQLString, description: "A key to send with the payment." },
  customValue: { type: GraphQLString, description: "The value for `customKey`." },
});

export const RemoteItem = objectType<model.RemoteItem>(
  "RemoteItem",
  "A show that another show links to, or an item of one.",
  {
    feedGuid: { type: GraphQLString, description: "The other show's `podcastGuid`." },
    feedUrl: { type: GraphQLString, description: "The URL of the other show's feed." },
    itemGuid: { type: GraphQLString, description: "The item's `guid`, if the link is to a single item." },
    medium: { type: GraphQLString, description: "The other show's `medium`." },
    title: { type: GraphQLString, description: "The link's text." },
  },
);

const ValueTimeSplit = objectType<model.ValueTimeSplit>(
  "ValueTimeSplit",
  "A part of an episode for which others are paid, for example while their song is played.",
  {
    startSeconds: { type: required(GraphQLFloat), description: "The start in seconds. May have decimals." },
    durationSeconds: { type: required(GraphQLFloat), description: "The duration in seconds. May have decimals." },
    remoteStartSeconds: { type: GraphQLFloat, description: "Where the part begins in the remote item; if null, at 0." },
    remotePercentage: {
      type: GraphQLFloat,
      description: "The percentage for the remote item's recipients; if null, 100. The show's own get the rest.",
    },
    remoteItem: { type: RemoteItem, description: "The item whose recipients are paid; if null, see `recipients`." },
    recipients: { type: listOf(ValueRecipient), description: "Who is paid, if there is no remote item." },
  },
);

export const Value = objectType<model.Value>("Value", "A way for listeners to pay while they listen.", {
  type: { type: required(GraphQLString), description: "The payment network, for example `lightning`." },
  method: { type: required(GraphQLString), description: "The payment method, for example `keysend`." },
  suggested: { type: GraphQLString, description: "The suggested amount per minute, as a decimal number." },
  recipients: { type: listOf(ValueRecipient), description: "The recipients who share a payment." },
  timeSplits: {
    type: listOf(ValueTimeSplit),
    description: "Parts of the episode for which others are paid.",
    resolve: ({ timeSplits }) => timeSplits ?? [],
  },
});

export const Trailer = objectType<model.Trailer>("Trailer", "A trailer of a show or of one of its seasons.", {
  title: { type: required(GraphQLString), description: "Plain text." },
  url: { type: required(GraphQLString), description: "URL of the audio or video file." },
  publishedAt: { type: DateTime, description: "When it was published.", resolve: (it) => toInstant(it.publishedAt) },
  mediaType: { type: GraphQLString, description: "MIME type of the file." },
  mediaBytes: { type: GraphQLFloat, description: "Size of the file in bytes, a whole number." },
  season: { type: GraphQLInt, description: "The season it announces." },
});

export const Image = objectType<model.Image>("Image", "A picture or short video of a show or an episode.", {
  url: { type: required(GraphQLString), description: "The file's URL." },
  alt: { type: GraphQLString, description: "A text in place of the picture." },
  aspectRatio: { type: GraphQLString, description: "Width to height, as in CSS: `16/9`." },
  width: { type: GraphQLInt, description: "Width in pixels." },
  height: { type: GraphQLInt, description: "Height in pixels." },
  type: { type: GraphQLString, description: "MIME type. It may be a video." },
  purposes: {
    type: listOf(GraphQLString),
    description: "What it is meant for, in lower case: `artwork`, `social`, `canvas`, ...",
    resolve: ({ purposes }) => purposes ?? [],
  },
});

export const SocialInteract = objectType<model.SocialInteract>(
  "SocialInteract",
  "A post under which a show or an episode is discussed.",
  {
    protocol: {
      type: required(GraphQLString),
      description: "For example `activitypub`. `disabled` asks apps to show no comments.",
    },
    uri: {
      type: GraphQLString,
      description: "The post's address. May have another scheme than https, such as `nostr:`.",
    },
    accountId: { type: GraphQLString, description: "The account that wrote the post." },
    accountUrl: { type: GraphQLString, description: "The account's page." },
    priority: { type: GraphQLInt, description: "1 is the post to show first." },
  },
);

export const Chat = objectType<model.Chat>("Chat", "The chat room of a show, an episode or a live broadcast.", {
  server: { type: required(GraphQLString), description: "The server's host name." },
  protocol: { type: required(GraphQLString), description: "For example `irc`, `xmpp` or `matrix`." },
  accountId: { type: GraphQLString, description: "The show's account on the server." },
  space: { type: GraphQLString, description: "The room." },
});

const MediaSource = objectType<model.AlternateEnclosure["sources"][number]>(
  "MediaSource",
  "A place to get a media file from.",
  {
    uri: {
      type: required(GraphQLString),
      description: "Its address. May have another scheme than https, such as `ipfs:`.",
    },
    type: { type: GraphQLString, description: "MIME type, if it is not that of the file: `application/x-bittorrent`." },
  },
);

export const AlternateEnclosure = objectType<model.AlternateEnclosure>(
  "AlternateEnclosure",
  "Another file with an episode: in another format or language, with video, or with less data.",
  {
    type: { type: GraphQLString, description: "MIME type of the file." },
    bytes: { type: GraphQLFloat, description: "Size of the file in bytes, a whole number." },
    bitrate: { type: GraphQLInt, description: "Average bits per second." },
    height: { type: GraphQLInt, description: "Height of a video in pixels." },
    language: { type: GraphQLString, description: "BCP 47 tag in lower case; if null, the show's language." },
    title: { type: GraphQLString, description: "The file's name, for people." },
    rel: {
      type: GraphQLString,
      description: "Files with the same `rel` have the same content. If null or `default`, the episode's.",
    },
    codecs: { type: GraphQLString, description: "The codecs, as in RFC 6381." },
    isDefault: {
      type: required(GraphQLBoolean),
      description: "Whether it is the same file as the episode's `mediaUrl`.",
    },
    integrityType: { type: GraphQLString, description: "How to check the file: `sri` or `pgp-signature`." },
    integrityValue: { type: GraphQLString, description: "The hash or signature." },
    sources: { type: listOf(MediaSource), description: "Where to get the file, the best place first. At least one." },
  },
);

export const UpdateFrequency = objectType<model.UpdateFrequency>("UpdateFrequency", "When a show publishes episodes.", {
  text: { type: GraphQLString, description: "In the feed's words." },
  rrule: { type: GraphQLString, description: "A recurrence rule (RFC 5545 3.3.10): `FREQ=WEEKLY;BYDAY=MO`." },
  startAt: { type: DateTime, description: "Since when the rule applies.", resolve: (it) => toInstant(it.startAt) },
  isComplete: { type: required(GraphQLBoolean), description: "Whether there will be no more episodes." },
});

const ContentLink = objectType<model.LiveItem["contentLinks"][number]>(
  "ContentLink",
  "Another place to follow a live broadcast.",
  {
    url: { type: required(GraphQLString), description: "The place's URL." },
    text: { type: GraphQLString, description: "The link's text." },
  },
);

export const LiveItem = objectType<model.LiveItem>("LiveItem", "A live broadcast that a show announces.", {
  status: { type: required(GraphQLString), description: "`pending`, `live` or `ended`." },
  startAt: { type: DateTime, description: "When it starts.", resolve: (it) => toInstant(it.startAt) },
  endAt: { type: DateTime, description: "When it ends.", resolve: (it) => toInstant(it.endAt) },
  guid: { type: GraphQLString, description: "The item's ID within the feed." },
  title: { type: GraphQLString, description: "Plain text." },
  linkUrl: { type: GraphQLString, description: "A related web page." },
  mediaUrl: { type: GraphQLString, description: "The stream's URL." },
  mediaType: { type: GraphQLString, description: "MIME type of the stream." },
  contentLinks: { type: listOf(ContentLink), description: "Other places to follow the broadcast." },
  description: { type: GraphQLString, description: "Plain text, at most 4000 characters." },
  imageUrl: { type: GraphQLString, description: "The broadcast's artwork." },
  images: listIn("images", { of: Image, description: "Pictures of the broadcast." }),
  persons: listIn("persons", { of: Person, description: "People who take part in the broadcast." }),
  values: listIn("values", { of: Value, description: "Ways to pay; if empty, use the podcast's." }),
  alternateEnclosures: listIn("alternateEnclosures", { of: AlternateEnclosure, description: "Other streams." }),
  socialInteracts: listIn("socialInteracts", { of: SocialInteract, description: "Where it is discussed." }),
  chat: { type: Chat, description: "The broadcast's chat room." },
});

export const Txt = objectType<model.Txt>("Txt", "Free text for software, for example to prove who owns a feed.", {
  purpose: { type: GraphQLString, description: "The text's purpose, for example `verify`." },
  value: { type: required(GraphQLString), description: "The text." },
});

export const Transcript = objectType<model.Transcript>("Transcript", "A file with the transcript of an episode.", {
  url: { type: required(GraphQLString), description: "The file's URL." },
  type: { type: GraphQLString, description: "The file's MIME type, for example `text/vtt` or `application/srt`." },
  language: { type: GraphQLString, description: "BCP 47 tag; if null, the show's language." },
  rel: { type: GraphQLString, description: "`captions` if the file has timestamps." },
});

export const Soundbite = objectType<model.Soundbite>("Soundbite", "An excerpt to promote an episode.", {
  startSeconds: { type: required(GraphQLFloat), description: "The start in seconds. May have decimals." },
  durationSeconds: { type: required(GraphQLFloat), description: "The duration in seconds. May have decimals." },
  title: { type: GraphQLString, description: "Plain text; if null, use the episode's title." },
});

/** A field for a list that an object has only if it is not empty. */
function listIn<Name extends string>(name: Name, { of, description }: ListField) {
  type Holder = { [key in Name]?: readonly unknown[] };
  return { type: listOf(of), description, resolve: (holder: Holder) => holder[name] ?? [] };
}
export type ListField = { of: GraphQLObjectType; description: string };

function objectType<T>(name: string, description: string, fields: GraphQLFieldConfigMap<T, unknown>) {
  return new GraphQLObjectType<T>({ name, description, fields });
}
