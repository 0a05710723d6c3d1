import { present } from "../present.ts";
import { dateOf } from "./date.ts";
import { mediaOf, mediaType } from "./media.ts";
import {
  type ChannelNamespace,
  type EpisodeNamespace,
  LIMITS,
  type License,
  type LiveItem,
  type Location,
  type Person,
  type RemoteItem,
  type Soundbite,
  type Trailer,
  type Transcript,
  type Txt,
  type Value,
  type ValueRecipient,
} from "./model.ts";
import { booleanOf, bytesOf, decimalOf, integerOf } from "./numbers.ts";
import { lineOf } from "./text.ts";
import { webUrl } from "./url.ts";
import { attribute, children, childText, type FeedNode, firstChild, ownText } from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

/** Reads a channel's elements of the podcast namespace: https://podcasting2.org/docs/podcast-namespace */
export function* channelNamespace(channel: FeedNode | undefined, baseUrl: string): Steps<ChannelNamespace> {
  return present({
    funding: yield* list(channel, "podcast:funding", (node) => {
      const url = webUrl(attribute(node, "url"), baseUrl);
      return url === undefined ? undefined : present({ url, message: short(ownText(node)) });
    }),
    persons: yield* list(channel, "podcast:person", (node) => person(node, baseUrl)),
    location: yield* location(channel),
    license: yield* license(channel, baseUrl),
    values: yield* listInSteps(channel, "podcast:value", value),
    trailers: yield* list(channel, "podcast:trailer", (node) => trailer(node, baseUrl)),
    liveItems: yield* listInSteps(channel, "podcast:liveitem", (node) => liveItem(node, baseUrl)),
    podroll: yield* list(firstChild(channel, "podcast:podroll"), "podcast:remoteitem", (node) =>
      remoteItem(node, baseUrl),
    ),
    txts: yield* list(channel, "podcast:txt", txt),
  });
}

/** Reads an item's elements of the podcast namespace, except season and episode. */
export function* episodeNamespace(item: FeedNode, baseUrl: string): Steps<EpisodeNamespace> {
  return present({
    persons: yield* list(item, "podcast:person", (node) => person(node, baseUrl)),
    transcripts: yield* list(item, "podcast:transcript", (node) => transcript(node, baseUrl)),
    chapters: (yield* list(item, "podcast:chapters", (node) => {
      const url = webUrl(attribute(node, "url"), baseUrl);
      return url === undefined ? undefined : present({ url, type: mediaType(attribute(node, "type")) });
    }))[0],
    soundbites: yield* list(item, "podcast:soundbite", soundbite),
    location: yield* location(item),
    license: yield* license(item, baseUrl),
    values: yield* listInSteps(item, "podcast:value", value),
    txts: yield* list(item, "podcast:txt", txt),
  });
}

/** Returns true if a block element keeps it out of all lists. A podcast:block with an ID is only for one service. */
export function isBlocked(node: FeedNode | undefined): boolean {
  const blocks = children(node, "podcast:block").filter((block) => attribute(block, "id") === undefined);
  const texts = [...blocks.map(ownText), childText(node, "itunes:block"), childText(node, "googleplay:block")];
  return texts.some((text) => booleanOf(text) === true);
}

function person(node: FeedNode, baseUrl: string): Person | undefined {
  const name = short(ownText(node));
  if (name === undefined) return undefined;
  return present({
    name,
    role: short(attribute(node, "role")?.toLowerCase()),
    group: short(attribute(node, "group")?.toLowerCase()),
    imageUrl: webUrl(attribute(node, "img"), baseUrl),
    linkUrl: webUrl(attribute(node, "href"), baseUrl),
  });
}

function* location(parent: FeedNode | undefined): Steps<Location | undefined> {
  const found = yield* list(parent, "podcast:location", (node) => {
    const name = short(ownText(node));
    if (name === undefined) return undefined;
    return present({ name, geo: short(attribute(node, "geo")), osm: short(attribute(node, "osm")) });
  });
  return found[0];
}

function* license(parent: FeedNode | undefined, baseUrl: string): Steps<License | undefined> {
  const found = yield* list(parent, "podcast:license", (node) => {
    const identifier = short(ownText(node));
    return identifier === undefined ? undefined : present({ identifier, url: webUrl(attribute(node, "url"), baseUrl) });
  });
  return found[0];
}

function* value(node: FeedNode): Steps<Value | undefined> {
  const type = short(attribute(node, "type"));
  const method = short(attribute(node, "method"));
  if (type === undefined || method === undefined) return undefined;
  const recipients = yield* list(node, "podcast:valuerecipient", valueRecipient);
  return present({ type, method, suggested: short(attribute(node, "suggested")), recipients });
}

function valueRecipient(node: FeedNode): ValueRecipient | undefined {
  const type = short(attribute(node, "type"));
  const address = short(attribute(node, "address"));
  const split = integerOf(attribute(node, "split"));
  if (type === undefined || address === undefined || split === undefined) return undefined;
  return present({
    name: short(attribute(node, "name")),
    type,
    address,
    split,
    fee: booleanOf(attribute(node, "fee")) ?? false,
    customKey: short(attribute(node, "customkey")),
    customValue: short(attribute(node, "customvalue")),
  });
}

function trailer(node: FeedNode, baseUrl: string): Trailer | undefined {
  const title = lineOf(ownText(node), LIMITS.title);
  const url = webUrl(attribute(node, "url"), baseUrl);
  if (title === undefined || url === undefined) return undefined;
  return present({
    title,
    url,
    publishedAt: dateOf(attribute(node, "pubdate"))?.toISOString(),
    mediaType: mediaType(attribute(node, "type")),
    mediaBytes: bytesOf(attribute(node, "length")),
    season: integerOf(attribute(node, "season")),
  });
}

function* liveItem(node: FeedNode, baseUrl: string): Steps<LiveItem | undefined> {
  const status = attribute(node, "status")?.toLowerCase() ?? "";
  if (!["pending", "live", "ended"].includes(status)) return undefined;
  const media = mediaOf(node, baseUrl);
  return present({
    status,
    startAt: dateOf(attribute(node, "start"))?.toISOString(),
    endAt: dateOf(attribute(node, "end"))?.toISOString(),
    guid: lineOf(childText(node, "guid"), LIMITS.guid),
    title: lineOf(childText(node, "title"), LIMITS.title),
    linkUrl: webUrl(childText(node, "link"), baseUrl),
    mediaUrl: media?.url,
    mediaType: media?.type,
    contentLinks: yield* list(node, "podcast:contentlink", (link) => {
      const url = webUrl(attribute(link, "href"), baseUrl);
      return url === undefined ? undefined : present({ url, text: short(ownText(link)) });
    }),
  });
}

function remoteItem(node: FeedNode, baseUrl: string): RemoteItem | undefined {
  const item = present({
    feedGuid: short(attribute(node, "feedguid")),
    feedUrl: webUrl(attribute(node, "feedurl"), baseUrl),
    itemGuid: lineOf(attribute(node, "itemguid"), LIMITS.guid),
    medium: short(attribute(node, "medium")?.toLowerCase()),
    title: lineOf(attribute(node, "title"), LIMITS.title),
  });
  return item.feedGuid === undefined && item.feedUrl === undefined ? undefined : item;
}

function transcript(node: FeedNode, baseUrl: string): Transcript | undefined {
  const url = webUrl(attribute(node, "url"), baseUrl);
  if (url === undefined) return undefined;
  return present({
    url,
    type: mediaType(attribute(node, "type")),
    language: lineOf(attribute(node, "language")?.toLowerCase(), LIMITS.language),
    rel: short(attribute(node, "rel")?.toLowerCase()),
  });
}

function soundbite(node: FeedNode): Soundbite | undefined {
  const startSeconds = decimalOf(attribute(node, "starttime"));
  const durationSeconds = decimalOf(attribute(node, "duration"));
  if (startSeconds === undefined || durationSeconds === undefined || durationSeconds === 0) return undefined;
  return present({ startSeconds, durationSeconds, title: lineOf(ownText(node), LIMITS.title) });
}

function txt(node: FeedNode): Txt | undefined {
  // The namespace allows 4 000 characters.
  const text = lineOf(ownText(node), LIMITS.channelDescription);
  return text === undefined ? undefined : present({ purpose: short(attribute(node, "purpose")), value: text });
}

function list<T>(parent: FeedNode | undefined, name: string, read: (node: FeedNode) => T | undefined): Steps<T[]> {
  return listInSteps(parent, name, function* (node) {
    yield;
    return read(node);
  });
}

/** Reads the first `LIMITS.listEntries` elements of that name. Skips malformed ones. */
function* listInSteps<T>(
  parent: FeedNode | undefined,
  name: string,
  read: (node: FeedNode) => Steps<T | undefined>,
): Steps<T[]> {
  const entries: T[] = [];
  for (const node of children(parent, name, LIMITS.listEntries)) {
    const entry = yield* read(node);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function short(text: string | undefined): string | undefined {
  return lineOf(text, LIMITS.shortText);
}
