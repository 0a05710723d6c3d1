import { webUrl } from "../url.ts";
import { attribute, children, type FeedNode } from "../xml/feed-node.ts";

/** The hubs that announce a feed's changes, and the topic to name to them (W3C WebSub 4). */
export type HubLinks = { hubUrls: string[]; selfUrl: string | undefined };

// Feeds name one hub, or two.
const MAX_HUBS = 5;

/** Reads `<atom:link rel="hub">` and `rel="self"` of a channel; in Atom, and in some RSS feeds, it is `<link>`. */
export function hubLinksOf(channel: FeedNode | undefined, baseUrl: string): HubLinks {
  const nodes = ["atom:link", "link"].flatMap((name) => children(channel, name));
  return chooseHubLinks(
    nodes.map((node) => ({ rel: attribute(node, "rel") ?? "", href: attribute(node, "href") })),
    baseUrl,
  );
}

/** Chooses the hubs, and the first `self`, among links. Resolves relative URLs against `baseUrl`. */
export function chooseHubLinks(links: readonly { rel: string; href: string | undefined }[], baseUrl: string): HubLinks {
  const hubUrls = new Set<string>();
  let selfUrl: string | undefined;
  for (const { rel, href } of links) {
    const relations = rel.toLowerCase().split(/\s+/);
    const url = relations.includes("hub") || relations.includes("self") ? webUrl(href, baseUrl) : undefined;
    if (url === undefined) continue;
    if (relations.includes("hub") && hubUrls.size < MAX_HUBS) hubUrls.add(url);
    if (relations.includes("self")) selfUrl ??= url;
  }
  return { hubUrls: [...hubUrls], selfUrl };
}
