import { hasCredentials } from "../fetch/feed-url.ts";

/**
 * Returns the URL of a feed's page or file with the user name and password of the feed, if it is on the same origin
 * (RFC 7617 2.2) and has none of its own.
 */
export function withFeedCredentials(url: string, feedUrl: string): string {
  if (!hasCredentials(feedUrl) || hasCredentials(url)) return url;
  const [own, { origin, username, password }] = [new URL(url), new URL(feedUrl)];
  return own.origin === origin ? Object.assign(own, { username, password }).href : url;
}
