import type { HubLinks } from "../../feed/links/hub-links.ts";
import { readHubLinks } from "../../feed/links/link-header.ts";
import { carriesSecret } from "../../fetch/feed-url.ts";
import type { FetchReply } from "../../fetch/fetch.ts";

/** A hub that announces a feed's changes, and the feed's name there. */
export type Hub = { hubUrl: string; topicUrl: string };

type Named = {
  feed: { hubLinks: HubLinks };
  feedUrl: string;
  /** Undefined if only the stored feed is read again. */
  reply?: Pick<FetchReply, "url" | "headers">;
};

/**
 * Chooses the hub that a feed names: one of its Link header, or else of the document (W3C WebSub 4), over https if there
 * is one. The topic is the feed's own URL as it says, or else the URL that it is fetched from. A feed can name the topic of
 * another, but gains nothing: a push only makes podcore fetch this feed from its own URL.
 */
export function chooseHub({ feed, feedUrl, reply }: Named): Hub | undefined {
  const sent = readHubLinks(reply?.headers.link, reply?.url ?? feedUrl);
  const hubUrls = sent.hubUrls.length > 0 ? sent.hubUrls : feed.hubLinks.hubUrls;
  const hubUrl = hubUrls.find((url) => url.startsWith("https:")) ?? hubUrls[0];
  const topicUrl = sent.selfUrl ?? feed.hubLinks.selfUrl ?? feedUrl;
  return hubUrl === undefined || carriesSecret(topicUrl) ? undefined : { hubUrl, topicUrl };
}
