import { webUrl } from "./url.ts";

/** A feed that a page names. `url` is absolute, http or https. */
export type FeedLink = { url: string; isRss: boolean; title: string };
/** What `<link>` and the Link header say alike. */
export type LinkAttributes = { rel?: string; type?: string; href?: string | undefined; title?: string };

const FEED_TYPE = /^\s*application\/(rss|atom|rdf)\+xml\s*(;|$)/i;

/** Takes a link for a feed's where its relation and type say so (RSS autodiscovery); undefined for any other. */
export function toFeedLink(
  { rel = "", type = "", href, title = "" }: LinkAttributes,
  base: string,
): FeedLink | undefined {
  const kind = FEED_TYPE.exec(type)?.[1]?.toLowerCase();
  if (kind === undefined || !rel.toLowerCase().split(/\s+/).includes("alternate")) return undefined;
  // A place within a feed is the feed.
  const url = webUrl(href?.replace(/#.*$/s, ""), base);
  return url === undefined ? undefined : { url, isRss: kind === "rss", title };
}

/**
 * Chooses the podcast's feed among those that its page names: what is said of comments comes last, before it what is not
 * said of a podcast, before that other formats than RSS, which few podcasts are in. The first of equals wins.
 */
export function chooseFeedLink(links: readonly FeedLink[]): FeedLink | undefined {
  return links.toSorted((a, b) => rank(a) - rank(b))[0];
}

function rank({ url, isRss, title }: FeedLink): number {
  const words = `${title} ${url}`;
  return (/\bcomments?\b/i.test(words) ? 4 : 0) + (/podcast/i.test(words) ? 0 : 2) + (isRss ? 0 : 1);
}
