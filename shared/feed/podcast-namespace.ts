import { present } from "../present.ts";
import { dateOf } from "./date.ts";
import { imageOf, personOf } from "./fields.ts";
import { type Media, mediaOf, mediaType } from "./media.ts";
import {
  type ChannelNamespace,
  type EpisodeNamespace,
  type Funding,
  LIMITS,
  type License,
  type LiveItem,
  type Location,
  type Person,
  type Soundbite,
  type Trailer,
  type Transcript,
  type Txt,
  type UpdateFrequency,
} from "./model.ts";
import { alternateEnclosuresOf } from "./namespace/alternate-enclosures.ts";
import { imagesOf } from "./namespace/images.ts";
import { list, listInSteps, short, unlessEmpty } from "./namespace/lists.ts";
import { remoteItemsOf } from "./namespace/remote-items.ts";
import { chatsOf, socialInteractsOf } from "./namespace/social.ts";
import { valuesOf } from "./namespace/values.ts";
import { booleanOf, bytesOf, integerOf, secondsOf } from "./numbers.ts";
import { lineOf, paragraphsOf } from "./text.ts";
import { webUrl } from "./url.ts";
import { attribute, children, childText, type FeedNode, firstChild, firstOf, ownText } from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

/** Reads a channel's elements of the podcast namespace: https://podcasting2.org/docs/podcast-namespace */
export function* channelNamespace(channel: FeedNode | undefined, baseUrl: string): Steps<ChannelNamespace> {
  const locations = yield* locationsOf(channel);
  const podroll = firstChild(channel, "podcast:podroll");
  const publisher = firstChild(channel, "podcast:publisher");
  return present({
    funding: yield* fundingOf(channel, baseUrl),
    persons: yield* personsOf(channel, baseUrl),
    location: locations[0],
    license: yield* license(channel, baseUrl),
    values: yield* valuesOf(channel, baseUrl),
    trailers: yield* list(channel, "podcast:trailer", (node) => trailer(node, baseUrl)),
    liveItems: yield* listInSteps(channel, "podcast:liveitem", (node) => liveItem(node, baseUrl)),
    podroll: yield* remoteItemsOf(podroll, baseUrl),
    txts: yield* list(channel, "podcast:txt", txt),
    otherLocations: unlessEmpty(locations.slice(1)),
    remoteItems: unlessEmpty(yield* remoteItemsOf(channel, baseUrl)),
    publisher: (yield* remoteItemsOf(publisher, baseUrl))[0],
    updateFrequency: updateFrequency(firstChild(channel, "podcast:updatefrequency")),
    usesPodping: booleanOf(attribute(firstChild(channel, "podcast:podping"), "usespodping")),
    ...(yield* shared(channel, baseUrl)),
  });
}

/** Reads an item's elements of the podcast namespace, except season and episode. `files` are its other media files. */
export function* episodeNamespace(
  item: FeedNode,
  { baseUrl, files }: { baseUrl: string; files: Media[] },
): Steps<EpisodeNamespace> {
  const locations = yield* locationsOf(item);
  return present({
    persons: yield* personsOf(item, baseUrl),
    transcripts: yield* list(item, "podcast:transcript", (node) => transcript(node, baseUrl)),
    chapters: (yield* list(item, "podcast:chapters", (node) => {
      const url = webUrl(attribute(node, "url"), baseUrl);
      return url === undefined ? undefined : present({ url, type: mediaType(attribute(node, "type")) });
    }))[0],
    soundbites: yield* list(item, "podcast:soundbite", soundbite),
    location: locations[0],
    license: yield* license(item, baseUrl),
    values: yield* valuesOf(item, baseUrl),
    txts: yield* list(item, "podcast:txt", txt),
    otherLocations: unlessEmpty(locations.slice(1)),
    alternateEnclosures: unlessEmpty(yield* alternateEnclosuresOf(item, { baseUrl, files })),
    ...(yield* shared(item, baseUrl)),
  });
}

/** Reads what channels, items and live items have alike. */
function* shared(parent: FeedNode | undefined, baseUrl: string) {
  return present({
    socialInteracts: unlessEmpty(yield* socialInteractsOf(parent, baseUrl)),
    chat: (yield* chatsOf(parent))[0],
    images: unlessEmpty(yield* imagesOf(parent, baseUrl)),
  });
}

/** Returns true if a block element keeps it out of all lists. A podcast:block with an ID is only for one service. */
export function isBlocked(node: FeedNode | undefined): boolean {
  const blocks = children(node, "podcast:block").filter((block) => attribute(block, "id") === undefined);
  const texts = [...blocks.map(ownText), childText(node, "itunes:block"), childText(node, "googleplay:block")];
  return texts.some((text) => booleanOf(text) === true);
}

/** Reads podcast:funding, or else the links that pages of Podlove have had for donations. */
function* fundingOf(channel: FeedNode | undefined, baseUrl: string): Steps<Funding[]> {
  const funding = yield* list(channel, "podcast:funding", (node) => {
    const url = webUrl(attribute(node, "url"), baseUrl);
    return url === undefined ? undefined : present({ url, message: short(ownText(node)) });
  });
  if (funding.length > 0) return funding;
  return yield* list(channel, "atom:link", (node) => {
    const url = isRelation(node, "payment") ? webUrl(attribute(node, "href"), baseUrl) : undefined;
    return url === undefined ? undefined : present({ url, message: short(attribute(node, "title")) });
  });
}

/** Reads podcast:person, or else atom:contributor, with which Podlove lists the people of an episode. */
function* personsOf(parent: FeedNode | undefined, baseUrl: string): Steps<Person[]> {
  const persons = yield* list(parent, "podcast:person", (node) => {
    const name = short(ownText(node));
    if (name === undefined) return undefined;
    return present({
      name,
      role: short(attribute(node, "role")?.toLowerCase()),
      group: short(attribute(node, "group")?.toLowerCase()),
      imageUrl: webUrl(attribute(node, "img"), baseUrl),
      linkUrl: webUrl(attribute(node, "href"), baseUrl),
    });
  });
  for (const name of ["atom:contributor", "contributor"]) {
    if (persons.length > 0) break;
    persons.push(...(yield* list(parent, name, (node) => contributor(node, baseUrl))));
  }
  return persons;
}

function contributor(node: FeedNode, baseUrl: string): Person | undefined {
  const name = personOf(childText(node, "atom:name") ?? childText(node, "name"));
  const address = childText(node, "atom:uri") ?? childText(node, "uri");
  return name === undefined ? undefined : present({ name, linkUrl: webUrl(address, baseUrl) });
}

function locationsOf(parent: FeedNode | undefined): Steps<Location[]> {
  return list(parent, "podcast:location", (node) => {
    const name = short(ownText(node));
    if (name === undefined) return undefined;
    return present({
      name,
      geo: short(attribute(node, "geo")),
      osm: short(attribute(node, "osm")),
      rel: short(attribute(node, "rel")?.toLowerCase()),
      country: short(attribute(node, "country")?.toLowerCase()),
    });
  });
}

/** Reads podcast:license, or else a license that is given by its address. */
function* license(parent: FeedNode | undefined, baseUrl: string): Steps<License | undefined> {
  const found = yield* list(parent, "podcast:license", (node) => {
    const identifier = short(ownText(node));
    return identifier === undefined ? undefined : present({ identifier, url: webUrl(attribute(node, "url"), baseUrl) });
  });
  if (found.length > 0) return found[0];
  const links = [...children(parent, "atom:link"), ...children(parent, "link")].filter((link) =>
    isRelation(link, "license"),
  );
  const addresses = [childText(parent, "creativecommons:license"), ...links.map((link) => attribute(link, "href"))];
  const url = firstOf(addresses, (address) => webUrl(address, baseUrl));
  return url === undefined ? undefined : { identifier: licenseIdentifier(url), url };
}

/** Returns the SPDX identifier of a Creative Commons license, and of others the host. */
function licenseIdentifier(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [, terms, version] = /^\/licenses\/([a-z-]{2,20})\/(\d\.\d)(?:\/|$)/.exec(pathname) ?? [];
  return hostname.endsWith("creativecommons.org") && terms !== undefined ? `cc-${terms}-${version}` : hostname;
}

function isRelation(link: FeedNode, relation: string): boolean {
  return attribute(link, "rel")?.toLowerCase() === relation;
}

function updateFrequency(node: FeedNode | undefined): UpdateFrequency | undefined {
  if (node === undefined) return undefined;
  const frequency = present({
    text: short(ownText(node)),
    rrule: short(attribute(node, "rrule")),
    startAt: dateOf(attribute(node, "dtstart"))?.toISOString(),
    isComplete: booleanOf(attribute(node, "complete")) ?? false,
  });
  return Object.keys(frequency).length > 1 || frequency.isComplete ? frequency : undefined;
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
    description: paragraphsOf(childText(node, "description"), LIMITS.channelDescription),
    imageUrl: imageOf(node, baseUrl),
    persons: unlessEmpty(yield* personsOf(node, baseUrl)),
    values: unlessEmpty(yield* valuesOf(node, baseUrl)),
    alternateEnclosures: unlessEmpty(yield* alternateEnclosuresOf(node, { baseUrl, files: media?.others ?? [] })),
    ...(yield* shared(node, baseUrl)),
  });
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
  const startSeconds = secondsOf(attribute(node, "starttime"));
  const durationSeconds = secondsOf(attribute(node, "duration"));
  if (startSeconds === undefined || durationSeconds === undefined || durationSeconds === 0) return undefined;
  return present({ startSeconds, durationSeconds, title: lineOf(ownText(node), LIMITS.title) });
}

function txt(node: FeedNode): Txt | undefined {
  // The namespace allows 4 000 characters.
  const text = lineOf(ownText(node), LIMITS.channelDescription);
  return text === undefined ? undefined : present({ purpose: short(attribute(node, "purpose")), value: text });
}
