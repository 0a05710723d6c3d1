import type { Context } from "../context.ts";
import { RetrievalError } from "../crawl/feed-retriever.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { lookUpPodcast } from "../directory/look-up-podcast.ts";
import { UserError } from "../errors.ts";
import { chooseFeedLink } from "../feed/feed-link.ts";
import { readLinkHeader } from "../feed/link-header.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";

/**
 * Finds the feed's URL behind a link to a directory; undefined for any other URL.
 *
 * @throws UserError 422 where the directory tells of no feed, 503 where it cannot be asked
 */
export async function findFeedOfLink(ctx: Context, url: string): Promise<string | undefined> {
  const link = readDirectoryLink(url);
  if (link === undefined) return undefined;
  const refuse = (reason: string) => new UserError(422, `Cannot add "${redactUrl(url)}": ${reason}`);
  if (link.kind === "spotify") throw refuse("Spotify tells nobody its podcasts' feeds; the podcast's own site may");
  const found = await lookUpPodcast(ctx, link);
  if (found === undefined) throw refuse("Apple Podcasts knows no such podcast");
  if (found.feedUrl === undefined) throw refuse("Apple Podcasts gives no feed of that podcast");
  return found.feedUrl;
}

/**
 * Finds the feed that a web page names, in the page or in its headers; undefined for what is no web page. No paths are
 * guessed: a host is asked for nothing that it has not offered.
 *
 * @throws RetrievalError for a page that names no feed
 */
export async function findFeedOfPage(ctx: Context, reply: FetchReply): Promise<string | undefined> {
  const { body, contentType, url, headers } = reply;
  const { readPage } = await import("../feed/read-page.ts");
  const inPage = await step(ctx.log, "read_page", () => readPage({ body, contentType, url, signal: ctx.signal }));
  const links = [...readLinkHeader(headers.link, url), ...(inPage ?? [])];
  // A page may call itself a feed; it was read, and is none.
  const chosen = chooseFeedLink(links.filter((link) => link.url !== url));
  if (chosen === undefined && inPage !== undefined) throw new RetrievalError("the page names no feed", { reply });
  return chosen?.url;
}
