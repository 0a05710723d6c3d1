import type { Context } from "../context.ts";
import { RetrievalError } from "../crawl/feed-retriever.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { lookUpPodcast } from "../directory/look-up-podcast.ts";
import { UserError } from "../errors.ts";
import { chooseFeedLink } from "../feed/links/feed-link.ts";
import { readLinkHeader } from "../feed/links/link-header.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";

/**
 * Resolves a link to a podcast directory to the feed's URL; returns undefined for any other URL.
 *
 * @throws UserError 422 if the directory gives no feed, 503 if it is unavailable
 */
export async function findFeedOfLink(ctx: Context, url: string): Promise<string | undefined> {
  const link = readDirectoryLink(url);
  if (link === undefined) return undefined;
  const refuse = (reason: string) => new UserError(422, `Cannot add "${redactUrl(url)}": ${reason}`);
  if (link.kind === "spotify")
    throw refuse("Spotify does not publish feed URLs; look for the feed on the podcast's own site");
  const found = await lookUpPodcast(ctx, link);
  if (found === undefined) throw refuse("Apple Podcasts has no such podcast");
  if (found.feedUrl === undefined) throw refuse("Apple Podcasts does not publish this podcast's feed");
  return found.feedUrl;
}

/**
 * Returns the feed that a web page links to in its HTML or headers, or undefined if the reply is not a web page.
 * Guesses no paths: fetches nothing that the host has not linked to.
 *
 * @throws RetrievalError for a page that links to no feed
 */
export async function findFeedOfPage(ctx: Context, reply: FetchReply): Promise<string | undefined> {
  const { body, contentType, url, headers } = reply;
  const { readPage } = await import("../feed/read-page.ts");
  const inPage = await step(ctx.log, "read_page", () => readPage({ body, contentType, url, signal: ctx.signal }));
  const links = [...readLinkHeader(headers.link, url), ...(inPage ?? [])];
  // A page may link to itself as a feed, but it was parsed and is not one.
  const chosen = chooseFeedLink(links.filter((link) => link.url !== url));
  if (chosen === undefined && inPage !== undefined)
    throw new RetrievalError("the page does not link to a feed", { reply });
  return chosen?.url;
}
