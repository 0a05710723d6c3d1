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

export const Category = objectType<model.Category>("Category", "A subject that a show files itself under.", {
  name: { type: required(GraphQLString), description: "Such as `Society & Culture`." },
  subcategories: { type: listOf(GraphQLString), description: "Narrower subjects within this one." },
});

export const Chapter = objectType<model.Chapter>("Chapter", "A part of an episode, as the feed itself lists it.", {
  startSeconds: { type: required(GraphQLFloat), description: "Where it starts, in seconds; may have decimals." },
  title: { type: required(GraphQLString), description: "Plain text." },
  linkUrl: { type: GraphQLString, description: "A page about it." },
  imageUrl: { type: GraphQLString, description: "A picture for it." },
});

export const ChaptersLink = objectType<model.ChaptersLink>("ChaptersLink", "A file with an episode's chapters.", {
  url: { type: required(GraphQLString), description: "Where the file is." },
  type: { type: GraphQLString, description: "Its MIME type, mostly `application/json+chapters`." },
});

export const Funding = objectType<model.Funding>("Funding", "A page where listeners can support a show.", {
  url: { type: required(GraphQLString), description: "The page." },
  message: { type: GraphQLString, description: "What to call the link." },
});

export const Person = objectType<model.Person>("Person", "Somebody who takes part in a show or an episode.", {
  name: { type: required(GraphQLString), description: "Full name or alias." },
  role: { type: GraphQLString, description: "Such as `guest`; a host where absent." },
  group: { type: GraphQLString, description: "Such as `writing`; the cast where absent." },
  imageUrl: { type: GraphQLString, description: "A portrait." },
  linkUrl: { type: GraphQLString, description: "A page about the person." },
});

export const Location = objectType<model.Location>("Location", "The place that a show or an episode is about.", {
  name: { type: required(GraphQLString), description: "As people call it." },
  geo: { type: GraphQLString, description: "Coordinates as a geo URI (RFC 5870): `geo:37.786971,-122.399677`." },
  osm: { type: GraphQLString, description: "An OpenStreetMap object: its kind's first letter and its id, `R113314`." },
});

export const License = objectType<model.License>("License", "The terms that a show or an episode is published under.", {
  identifier: { type: required(GraphQLString), description: "An SPDX identifier, or a name of the publisher's own." },
  url: { type: GraphQLString, description: "The terms in full." },
});

const ValueRecipient = objectType<model.ValueRecipient>("ValueRecipient", "One who gets a share of a payment.", {
  name: { type: GraphQLString, description: "Who it is." },
  type: { type: required(GraphQLString), description: "What `address` is, such as `node`." },
  address: { type: required(GraphQLString), description: "Where the share is sent." },
  split: { type: required(GraphQLFloat), description: "Shares out of the sum of all recipients' shares." },
  fee: { type: required(GraphQLBoolean), description: "Whether it comes off before the others share the rest." },
  customKey: { type: GraphQLString, description: "A key that goes with the payment." },
  customValue: { type: GraphQLString, description: "What stands under `customKey`." },
});

export const Value = objectType<model.Value>("Value", "A way for listeners to pay while they listen.", {
  type: { type: required(GraphQLString), description: "The layer that pays, such as `lightning`." },
  method: { type: required(GraphQLString), description: "The transport, such as `keysend`." },
  suggested: { type: GraphQLString, description: "The amount that is suggested per minute, as decimal text." },
  recipients: { type: listOf(ValueRecipient), description: "Among whom a payment is split." },
});

export const Trailer = objectType<model.Trailer>("Trailer", "A trailer of a show or of one of its seasons.", {
  title: { type: required(GraphQLString), description: "Plain text." },
  url: { type: required(GraphQLString), description: "The audio or video file." },
  publishedAt: { type: DateTime, description: "When it came out.", resolve: (it) => toInstant(it.publishedAt) },
  mediaType: { type: GraphQLString, description: "MIME type of the file." },
  mediaBytes: { type: GraphQLFloat, description: "Size of the file in bytes, a whole number." },
  season: { type: GraphQLInt, description: "The season that it is for." },
});

const ContentLink = objectType<model.LiveItem["contentLinks"][number]>(
  "ContentLink",
  "Another place to follow along.",
  {
    url: { type: required(GraphQLString), description: "The place." },
    text: { type: GraphQLString, description: "What to call it." },
  },
);

export const LiveItem = objectType<model.LiveItem>("LiveItem", "A live broadcast that a show announces.", {
  status: { type: required(GraphQLString), description: "`pending`, `live` or `ended`." },
  startAt: { type: DateTime, description: "When it starts.", resolve: (it) => toInstant(it.startAt) },
  endAt: { type: DateTime, description: "When it ends.", resolve: (it) => toInstant(it.endAt) },
  guid: { type: GraphQLString, description: "Its id within the feed." },
  title: { type: GraphQLString, description: "Plain text." },
  linkUrl: { type: GraphQLString, description: "A page about it." },
  mediaUrl: { type: GraphQLString, description: "The stream." },
  mediaType: { type: GraphQLString, description: "MIME type of the stream." },
  contentLinks: { type: listOf(ContentLink), description: "Other places to follow along." },
});

export const RemoteItem = objectType<model.RemoteItem>(
  "RemoteItem",
  "A show, or an item of one, that another points to.",
  {
    feedGuid: { type: GraphQLString, description: "The other show's `podcastGuid`." },
    feedUrl: { type: GraphQLString, description: "The other show's feed." },
    itemGuid: { type: GraphQLString, description: "The item's `guid`, where one item is meant." },
    medium: { type: GraphQLString, description: "The other show's `medium`." },
    title: { type: GraphQLString, description: "What the link is called." },
  },
);

export const Txt = objectType<model.Txt>(
  "Txt",
  "Free text for machines, such as the proof that a feed is somebody's.",
  {
    purpose: { type: GraphQLString, description: "What it is for, such as `verify`." },
    value: { type: required(GraphQLString), description: "The text." },
  },
);

export const Transcript = objectType<model.Transcript>("Transcript", "A file with the words of an episode.", {
  url: { type: required(GraphQLString), description: "Where the file is." },
  type: { type: GraphQLString, description: "Its MIME type, such as `text/vtt` or `application/srt`." },
  language: { type: GraphQLString, description: "BCP 47; the show's language where absent." },
  rel: { type: GraphQLString, description: "`captions` where the file carries times." },
});

export const Soundbite = objectType<model.Soundbite>("Soundbite", "A part of an episode that stands for it.", {
  startSeconds: { type: required(GraphQLFloat), description: "Where it starts, in seconds; may have decimals." },
  durationSeconds: { type: required(GraphQLFloat), description: "How long it is, in seconds; may have decimals." },
  title: { type: GraphQLString, description: "Plain text; the episode's title where absent." },
});

function objectType<T>(name: string, description: string, fields: GraphQLFieldConfigMap<T, unknown>) {
  return new GraphQLObjectType<T>({ name, description, fields });
}
