import { LIMITS } from "./model.ts";
import { booleanOf } from "./numbers.ts";
import { headlineOf, lineOf } from "./text.ts";
import { webUrl } from "./url.ts";
import {
  attribute,
  children,
  childText,
  type FeedNode,
  firstChild,
  firstOf,
  groupedChildren,
  ownText,
} from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

// Fields that channels and items share.

const ADDRESS = /[^\s@]@[^\s@]+\.[a-z]/i;
const ADDRESSES = /[(<[]?[^\s()<>[\]@]+@[^\s()<>[\]@]+[)>\]]?/g;

/** Returns the author from the most specific element that names one. */
export function authorOf(node: FeedNode | undefined): string | undefined {
  const author = firstChild(node, "author");
  const texts = [
    childText(node, "itunes:author"),
    childText(author, "name") ?? ownText(author),
    childText(node, "dc:creator"),
    childText(node, "googleplay:author"),
    childText(node, "managingeditor"),
  ];
  return firstOf(texts, personOf);
}

/**
 * Returns the name of a person, without the email address that feeds have around it: "jo@example.com (Jo Doe)", "Jo Doe
 * <jo@example.com>". Undefined if there is only an address.
 */
export function personOf(text: string | undefined): string | undefined {
  // With room for an address, which is up to 254 characters.
  const line = lineOf(text, LIMITS.shortText * 2);
  if (line === undefined || !ADDRESS.test(line)) return lineOf(line, LIMITS.shortText);
  const rest = line.replace(ADDRESSES, " ").replace(/^[\s,;:–—-]+|[\s,;:–—-]+$/g, "");
  return lineOf(/^[("'](.+)[)"']$/.exec(rest)?.[1] ?? rest, LIMITS.shortText);
}

export function imageOf(node: FeedNode | undefined, baseUrl: string): string | undefined {
  const artwork = [...children(node, "itunes:image"), ...children(node, "googleplay:image")];
  const thumbnails = groupedChildren(node, "media:thumbnail");
  const contents = children(node, "media:content").filter((content) => attribute(content, "medium") === "image");
  const addresses = [
    ...artwork.map((image) => attribute(image, "href") ?? attribute(image, "url") ?? imageText(image)),
    ...children(node, "image").map((image) => imageText(image) ?? attribute(image, "href")),
    childText(node, "logo"),
    childText(node, "icon"),
    ...[...thumbnails, ...contents].map((image) => attribute(image, "url")),
    ...children(node, "podcast:image")
      .filter(isArtwork)
      .map((image) => attribute(image, "href")),
  ];
  return firstOf(addresses, (address) => webUrl(address, baseUrl));
}

/** Returns an image's address in its `<url>` or text. Text with quotes or blanks is a broken tag. */
function imageText(image: FeedNode): string | undefined {
  return [childText(image, "url"), ownText(image)].find((text) => text !== undefined && !/[\s"'<>]/.test(text));
}

/** True for a podcast:image that is square, as it is if it does not say otherwise, and no video. */
function isArtwork(image: FeedNode): boolean {
  const [width, height] = [attribute(image, "width"), attribute(image, "height")];
  const ratio = attribute(image, "aspect-ratio")?.replace(/\s/g, "") ?? "1/1";
  const isSquare = ratio === "1/1" && (width === undefined || height === undefined || width === height);
  return isSquare && !attribute(image, "type")?.startsWith("video/");
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
      const title = headlineOf(ownText(child), LIMITS.title);
      if (title !== undefined) return title;
    }
  }
  return undefined;
}

export function isExplicit(node: FeedNode | undefined): boolean | undefined {
  return booleanOf(childText(node, "itunes:explicit")) ?? booleanOf(childText(node, "googleplay:explicit"));
}

/**
 * Reads a category's name: iTunes and Google Play have it in `text`, Atom in `label` for people (RFC 4287 4.2.2.3) or else
 * in `term`, RSS in the element's text.
 */
export function categoryNameOf(node: FeedNode): string | undefined {
  const name = attribute(node, "text") ?? attribute(node, "label") ?? attribute(node, "term") ?? ownText(node);
  return lineOf(name, LIMITS.shortText);
}
