import { type FeedLink, toFeedLink } from "./feed-link.ts";
import { chooseHubLinks, type HubLinks } from "./hub-links.ts";

/** Reads the feeds in a Link header (RFC 8288). Resolves relative URLs against `url`. */
export function readLinkHeader(header: string | undefined, url: string): FeedLink[] {
  return readLinks(header)
    .map((link) => toFeedLink(link, url))
    .filter((link) => link !== undefined);
}

/** Reads the hubs in a Link header, which WebSub prefers to those in the document (W3C WebSub 4). */
export function readHubLinks(header: string | undefined, url: string): HubLinks {
  return chooseHubLinks(
    readLinks(header).map(({ rel = "", href }) => ({ rel, href })),
    url,
  );
}

function readLinks(header = "") {
  // A comma ends a link only if another link follows, because titles and URLs may contain commas.
  return header.split(/,(?=\s*<)/).map((link) => {
    const [, href, parameters = ""] = /^\s*<([^>]*)>(.*)$/s.exec(link) ?? [];
    return { href, ...readParameters(parameters) };
  });
}

function readParameters(text: string): { rel?: string; type?: string; title?: string } {
  const parameters = [...text.matchAll(/;\s*(rel|type|title)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/gi)];
  // The first parameter with a name counts (RFC 8288 3.3).
  return Object.fromEntries(
    parameters.toReversed().map(([, name = "", quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? ""]),
  );
}
