import { type FeedLink, toFeedLink } from "./feed-link.ts";

/** Reads the feeds in a Link header (RFC 8288). Resolves relative URLs against `url`. */
export function readLinkHeader(header: string | undefined, url: string): FeedLink[] {
  // A comma ends a link only if another link follows, because titles and URLs may contain commas.
  const links = (header ?? "").split(/,(?=\s*<)/).map((link) => {
    const [, href, parameters = ""] = /^\s*<([^>]*)>(.*)$/s.exec(link) ?? [];
    return toFeedLink({ href, ...readParameters(parameters) }, url);
  });
  return links.filter((link) => link !== undefined);
}

function readParameters(text: string): Record<string, string> {
  const parameters = [...text.matchAll(/;\s*(rel|type|title)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/gi)];
  // The first parameter with a name counts (RFC 8288 3.3).
  return Object.fromEntries(
    parameters.toReversed().map(([, name = "", quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? ""]),
  );
}
