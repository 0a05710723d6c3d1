import { channelExtras } from "./convert/extras.ts";
import { dateOf } from "./date.ts";
import { authorOf, categoryNameOf, imageOf, isExplicit, linkByRelation, linkOf, personOf, titleOf } from "./fields.ts";
import { hubLinksOf } from "./links/hub-links.ts";
import { type Category, type Feed, LIMITS } from "./model.ts";
import { booleanOf } from "./numbers.ts";
import { channelNamespace, isBlocked } from "./podcast-namespace.ts";
import { lineOf, paragraphsOf } from "./text.ts";
import { updateHintsOf } from "./update-hints.ts";
import { webUrl } from "./url.ts";
import { attribute, children, childText, type FeedNode, firstChild, firstOf } from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

export type Channel = Omit<Feed, "kind" | "episodes" | "skipped" | "numSkipped" | "isWhole">;

const DATES = ["pubdate", "published", "dc:date", "updated", "lastbuilddate"];

/** Converts a channel. If it has no title, its title is the host of its page or feed. */
export function* convertChannel(channel: FeedNode | undefined, baseUrl: string): Steps<Channel> {
  const linkUrl = linkOf(channel, baseUrl);
  const owner = firstChild(channel, "itunes:owner");
  const type = childText(channel, "itunes:type")?.toLowerCase();
  const ownTitle = yield* titleOf(channel, ["title", "itunes:title", "media:title"]);
  const title = ownTitle ?? new URL(linkUrl ?? baseUrl).hostname;
  return {
    title,
    isUntitled: ownTitle === undefined,
    description: yield* descriptionOf(channel),
    author: authorOf(channel),
    ownerName: personOf(childText(owner, "itunes:name") ?? childText(channel, "googleplay:owner")),
    language: languageOf(channel),
    copyright: firstOf(["copyright", "rights", "dc:rights"], (name) =>
      lineOf(childText(channel, name), LIMITS.shortText),
    ),
    linkUrl,
    imageUrl: imageOf(channel, baseUrl),
    categories: yield* categoriesOf(channel),
    isExplicit: isExplicit(channel),
    itunesType: type === "episodic" || type === "serial" ? type : undefined,
    isComplete: booleanOf(childText(channel, "itunes:complete")) ?? false,
    isBlocked: isBlocked(channel),
    newFeedUrl: webUrl(childText(channel, "itunes:new-feed-url"), baseUrl),
    podcastGuid: uuidOf(childText(channel, "podcast:guid")),
    isLocked: booleanOf(childText(channel, "podcast:locked")),
    medium: lineOf(childText(channel, "podcast:medium")?.toLowerCase(), LIMITS.shortText),
    namespace: yield* channelNamespace(channel, baseUrl),
    nextPageUrl: linkByRelation(channel, { relations: ["next", "prev-archive"], baseUrl }),
    extras: yield* channelExtras(channel, title),
    updateHints: updateHintsOf(channel),
    hubLinks: hubLinksOf(channel, baseUrl),
    publishedAt: firstOf(DATES, (name) => dateOf(childText(channel, name))),
  };
}

function* descriptionOf(channel: FeedNode | undefined): Steps<string | undefined> {
  for (const name of ["description", "itunes:summary", "subtitle", "googleplay:description", "itunes:subtitle"]) {
    yield;
    const text = paragraphsOf(childText(channel, name), LIMITS.channelDescription);
    if (text !== undefined) return text;
  }
  return undefined;
}

function languageOf(channel: FeedNode | undefined): string | undefined {
  const values = [childText(channel, "language"), childText(channel, "dc:language"), attribute(channel, "xml:lang")];
  return firstOf(values, (value) => {
    const language = value?.toLowerCase().replaceAll("_", "-") ?? "";
    return language.length <= LIMITS.language && /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/.test(language)
      ? language
      : undefined;
  });
}

/**
 * Reads iTunes categories, or else the feed's other categories. FeedParser's own reading is not used, because it loses the
 * parent of a lone subcategory.
 */
function* categoriesOf(channel: FeedNode | undefined): Steps<Category[]> {
  const categories = new Map<string, Set<string>>();
  const add = (name: string | undefined, subcategories: (string | undefined)[]) => {
    // A subcategory whose category has no name stands alone.
    if (name === undefined) for (const subcategory of subcategories) add(subcategory, []);
    if (name === undefined || (categories.size >= LIMITS.categories && !categories.has(name))) return;
    const known = categories.get(name) ?? new Set();
    categories.set(name, known);
    for (const subcategory of subcategories) {
      if (subcategory !== undefined && known.size < LIMITS.categories) known.add(subcategory);
    }
  };
  for (const node of children(channel, "itunes:category")) {
    yield;
    add(categoryNameOf(node), children(node, "itunes:category").map(categoryNameOf));
  }
  if (categories.size === 0) for (const node of children(channel, "googleplay:category")) add(categoryNameOf(node), []);
  if (categories.size === 0) for (const node of children(channel, "category")) add(categoryNameOf(node), []);
  return [...categories].map(([name, subcategories]) => ({ name, subcategories: [...subcategories] }));
}

function uuidOf(value: string | undefined): string | undefined {
  const uuid = value?.toLowerCase() ?? "";
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : undefined;
}
