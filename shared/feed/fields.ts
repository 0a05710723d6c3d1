import { LIMITS } from "./model.ts";
import { booleanOf } from "./numbers.ts";
import { lineOf } from "./text.ts";
import { webUrl } from "./url.ts";
import {
  attribute,
  children,
  childText,
  type FeedNode,
  firstChild,
  groupedChildren,
  ownText,
} from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

// Fields that channels and items share.

/** Returns the author from the most specific element that has one. */
export function authorOf(node: FeedNode | undefined): string | undefined {
  const author = firstChild(node, "author");
  const texts = [
    childText(node, "itunes:author"),
    childText(author, "name") ?? nameOf(ownText(author)) ?? childText(author, "email"),
    childText(node, "dc:creator"),
    childText(node, "googleplay:author"),
    nameOf(childText(node, "managingeditor")),
  ];
  return firstOf(texts, (text) => lineOf(text, LIMITS.shortText));
}

export function imageOf(node: FeedNode | undefined, baseUrl: string): string | undefined {
  const artwork = [...children(node, "itunes:image"), ...children(node, "googleplay:image")];
  const thumbnails = groupedChildren(node, "media:thumbnail");
  const contents = children(node, "media:content").filter((content) => attribute(content, "medium") === "image");
  const addresses = [
    ...artwork.map((image) => attribute(image, "href") ?? attribute(image, "url") ?? ownText(image)),
    ...children(node, "image").map((image) => childText(image, "url") ?? attribute(image, "href") ?? ownText(image)),
    childText(node, "logo"),
    ...[...thumbnails, ...contents].map((image) => attribute(image, "url")),
  ];
  return firstOf(addresses, (address) => webUrl(address, baseUrl));
}

/** Returns the URL of its web page. RSS has it as text, Atom in an attribute of one of several links. */
export function linkOf(node: FeedNode | undefined, baseUrl: string): string | undefined {
  const links = children(node, "link");
  const alternates = [...links, ...children(node, "atom:link")].filter((link) => {
    const relation = attribute(link, "rel")?.toLowerCase() ?? "alternate";
    return relation === "alternate";
  });
  return firstOf([...links.map(ownText), ...alternates.map((link) => attribute(link, "href"))], (address) =>
    webUrl(address, baseUrl),
  );
}

/** Returns the first link with the first of these relations that there is. */
export function linkByRelation(
  node: FeedNode | undefined,
  { relations, baseUrl }: { relations: readonly string[]; baseUrl: string },
): string | undefined {
  const links = [...children(node, "atom:link"), ...children(node, "link")];
  return firstOf(
    relations.flatMap((relation) => links.filter((link) => attribute(link, "rel")?.toLowerCase() === relation)),
    (link) => webUrl(attribute(link, "href")?.replace(/#.*$/s, ""), baseUrl),
  );
}

/** Returns the first title in elements of these names. */
export function* titleOf(node: FeedNode | undefined, names: readonly string[]): Steps<string | undefined> {
  for (const name of names) {
    for (const child of children(node, name)) {
      yield;
      const title = lineOf(ownText(child), LIMITS.title);
      if (title !== undefined) return title;
    }
  }
  return undefined;
}

export function isExplicit(node: FeedNode | undefined): boolean | undefined {
  return booleanOf(childText(node, "itunes:explicit")) ?? booleanOf(childText(node, "googleplay:explicit"));
}

export function firstOf<T, U>(values: T[], read: (value: T) => U | undefined): U | undefined {
  for (const value of values) {
    const result = read(value);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Returns the name in "editor@example.com (Jo Doe)", which RSS uses where Atom has a name. */
function nameOf(text: string | undefined): string | undefined {
  return /^[^\s()@]+@[^\s()@]+\s*\(([^()]+)\)$/.exec(text ?? "")?.[1] ?? text;
}
