import { webUrl } from "../url.ts";

/** A feed that a page links to. `url` is absolute, http or https. */
export type FeedLink = { url: string; isRss: boolean; title: string };
/** Attributes that `<link>` and the Link header share. */
export type LinkAttributes = { rel?: string; type?: string; href?: string | undefined; title?: string };

// Some sites say of a feed only that it is XML.
const FEED_TYPE =
  /^\s*(?:application\/(rss|atom|rdf)\+xml|application\/feed\+json|(?:application|text)\/xml)\s*(?:;|$)/i;

/** Returns a link as a feed's if its relation and type say so (RSS autodiscovery); undefined for other links. */
export function toFeedLink(
  { rel = "", type = "", href, title = "" }: LinkAttributes,
  base: string,
): FeedLink | undefined {
  const match = FEED_TYPE.exec(type);
  if (match === null || !rel.toLowerCase().split(/\s+/).includes("alternate")) return undefined;
  // A fragment refers to a part of the feed, so it is removed.
  const url = webUrl(href?.replace(/#.*$/s, ""), base);
  return url === undefined ? undefined : { url, isRss: match[1]?.toLowerCase() === "rss", title };
}

/**
 * Chooses the podcast's feed among the feeds that its page links to. Ranks comment feeds last, links that mention "podcast"
 * before those that do not, and RSS before other formats, which few podcasts use. Ties go to the first link.
 */
export function chooseFeedLink(links: readonly FeedLink[]): FeedLink | undefined {
  return links.toSorted((a, b) => rank(a) - rank(b))[0];
}

function rank({ url, isRss, title }: FeedLink): number {
  const words = `${title} ${url}`;
  return (/\bcomments?\b/i.test(words) ? 4 : 0) + (/podcast/i.test(words) ? 0 : 2) + (isRss ? 0 : 1);
}
