import { withoutTrailingDot } from "./feed-url.ts";

/**
 * Query parameters that tell a site where its visitors come from, in lower case. Firefox strips these from links
 * (`privacy.query_stripping.strip_list`), and Brave most of them; besides them, Google's `utm_` (Urchin), `mc_cid` of
 * Mailchimp and `igshid` of Instagram. `ref` is not one of them: sites choose content by it too.
 */
const TRACKING = new Set([
  ..."__hsfp __hssc __hstc __s _hsenc _hsmi _openstat dclid fbclid gbraid gclid hsctatracking igshid mc_cid mc_eid".split(
    " ",
  ),
  ..."mkt_tok ml_subscriber ml_subscriber_hash msclkid oly_anon_id oly_enc_id rb_clickid s_cid twclid vero_conv".split(
    " ",
  ),
  ..."vero_id wbraid wickedid yclid".split(" "),
]);

/** Removes the parameters of a feed's URL that only track visitors. Leaves the others as they are written. */
export function withoutTracking(feedUrl: string): string {
  const start = feedUrl.indexOf("?");
  if (start === -1) return feedUrl;
  const parameters = feedUrl.slice(start + 1).split("&");
  const kept = parameters.filter((parameter) => !isTracking(parameter.split("=", 1)[0] ?? ""));
  if (kept.length === parameters.length) return feedUrl;
  return kept.length === 0 ? feedUrl.slice(0, start) : `${feedUrl.slice(0, start)}?${kept.join("&")}`;
}

function isTracking(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith("utm_") || TRACKING.has(lower);
}

/**
 * Lists the URLs that are the same feed as this one: over http and https, without a trailing dot of the host, with and
 * without tracking parameters. The URL itself is the first.
 */
export function sameFeedUrls(url: string): string[] {
  const feedUrl = withoutTrailingDot(url);
  return [...new Set([feedUrl, withoutTracking(feedUrl)].flatMap((it) => [it, withOtherScheme(it)]))];
}

function withOtherScheme(url: string): string {
  return url.startsWith("https:") ? `http${url.slice(5)}` : `https${url.slice(4)}`;
}
