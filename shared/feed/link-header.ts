import { type FeedLink, toFeedLink } from "./feed-link.ts";

/** Reads the feeds that a Link header names (RFC 8288); relative ones are resolved against `url`. */
export function readLinkHeader(header: string | undefined, url: string): FeedLink[] {
  // A comma ends a link only where the next one begins: titles and URLs hold commas, too.
  const links = (header ?? "").split(/,(?=\s*<)/).map((link) => {
    const [, href, parameters = ""] = /^\s*<([^>]*)>(.*)$/s.exec(link) ?? [];
    return toFeedLink({ href, ...readParameters(parameters) }, url);
  });
  return links.filter((link) => link !== undefined);
}

function readParameters(text: string): Record<string, string> {
  const parameters = [...text.matchAll(/;\s*(rel|type|title)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/gi)];
  // Of equal names the first counts (RFC 8288 3.3).
  return Object.fromEntries(
    parameters.toReversed().map(([, name = "", quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? ""]),
  );
}
