import { setImmediate } from "node:timers/promises";
import { type FeedLink, type LinkAttributes, toFeedLink } from "./feed-link.ts";
import type { FeedInput } from "./read-feed.ts";
import { webUrl } from "./url.ts";
import { chooseCharset, decodeSlices } from "./xml/charset.ts";
import { xmlTokens } from "./xml/xml-tokens.ts";

// A head seldom passes a tenth of it, however much style and script stands there.
const MAX_BYTES = 1024 * 1024;
// Takes some milliseconds; others have their turn after each.
const SLICE_BYTES = 32_768;
// A page that names more feeds than this names everything.
const MAX_LINKS = 50;

/** The feeds that a web page's head names, in its order; undefined for what is no web page. */
export async function readPage({ body, contentType, url, signal }: FeedInput): Promise<FeedLink[] | undefined> {
  let isPage = /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? "");
  let isHeadOver = false;
  let base: string | undefined;
  const links: LinkAttributes[] = [];
  const tokens = xmlTokens(
    {
      onOpen(name, attributes) {
        isPage ||= name === "html" || name === "head";
        // What its readers wrote, a page has in its body.
        isHeadOver ||= name === "body";
        if (isHeadOver) return;
        // HTML 4.2.3: the first <base> counts, for what stands before it as well.
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
