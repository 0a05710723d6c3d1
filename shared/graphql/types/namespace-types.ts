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

export const Value = objectType<model.Value>("Value", "A way for listeners to pay while they listen.", {
  type: { type: required(GraphQLString), description: "The payment network, for example `lightning`." },
  method: { type: required(GraphQLString), description: "The payment method, for example `keysend`." },
  suggested: { type: GraphQLString, description: "The suggested amount per minute, as a decimal number." },
  recipients: { type: listOf(ValueRecipient), description: "The recipients who share a payment." },
});

export const Trailer = objectType<model.Trailer>("Trailer", "A trailer of a show or of one of its seasons.", {
  title: { type: required(GraphQLString), description: "Plain text." },
  url: { type: required(GraphQLString), description: "URL of the audio or video file." },
  publishedAt: { type: DateTime, description: "When it was published.", resolve: (it) => toInstant(it.publishedAt) },
  mediaType: { type: GraphQLString, description: "MIME type of the file." },
  mediaBytes: { type: GraphQLFloat, description: "Size of the file in bytes, a whole number." },
  season: { type: GraphQLInt, description: "The season it announces." },
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

function objectType<T>(name: string, description: string, fields: GraphQLFieldConfigMap<T, unknown>) {
  return new GraphQLObjectType<T>({ name, description, fields });
}
