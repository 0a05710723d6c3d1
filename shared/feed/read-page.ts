import { setImmediate } from "node:timers/promises";
import { type FeedLink, type LinkAttributes, toFeedLink } from "./links/feed-link.ts";
import type { FeedInput } from "./read-feed.ts";
import { webUrl } from "./url.ts";
import { chooseCharset, decodeSlices } from "./xml/charset.ts";
import { xmlTokens } from "./xml/xml-tokens.ts";

// Most heads are shorter than a tenth of this, even with many styles and scripts.
const MAX_BYTES = 1024 * 1024;
// Reading a slice takes a few milliseconds. After each, the event loop continues.
const SLICE_BYTES = 32_768;
// Bounds the work for a page that links to very many feeds.
const MAX_LINKS = 50;

/** Returns the feeds that a web page's head links to, in order; undefined if the body is not a web page. */
export async function readPage({ body, contentType, url, signal }: FeedInput): Promise<FeedLink[] | undefined> {
  let isPage = /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? "");
  let isHeadOver = false;
  let base: string | undefined;
  const links: LinkAttributes[] = [];
  const tokens = xmlTokens(
    {
      onOpen(name, attributes) {
        isPage ||= name === "html" || name === "head";
        // Ignores the body, because it may contain text by the page's visitors.
        isHeadOver ||= name === "body";
        if (isHeadOver) return;
        // HTML 4.2.3: the first <base> counts, also for links before it.
        if (name === "base" && attributes.href !== undefined) base ??= webUrl(attributes.href, url);
        if (name === "link" && links.length < MAX_LINKS && toFeedLink(attributes, url) !== undefined)
          links.push(attributes);
      },
      onClose(name) {
        isHeadOver ||= name === "head";
      },
      onText() {},
    },
    { isHtml: true },
  );

  const start = body.subarray(0, MAX_BYTES);
  for (const text of decodeSlices(start, chooseCharset(start, contentType), SLICE_BYTES)) {
    tokens.write(text);
    if (isHeadOver) break;
    await setImmediate();
    signal?.throwIfAborted();
  }
  if (!isPage) return undefined;
  return links.map((link) => toFeedLink(link, base ?? url)).filter((link) => link !== undefined);
}
