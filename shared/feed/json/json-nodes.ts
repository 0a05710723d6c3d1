import { isJsonObject } from "../../json.ts";
import type { FeedNode } from "../xml/feed-node.ts";

// JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) as the elements of RSS that mean the same, so that both are
// converted alike.

type Fields = Record<string, unknown>;

/** Returns a JSON Feed's top level as a channel; undefined if it is no JSON Feed. */
export function channelNode(value: unknown): FeedNode | undefined {
  const feed = fieldsOf(value);
  if (!/^https?:\/\/(?:www\.)?jsonfeed\.org\/version\/1/.test(textOf(feed.version) ?? "") || !Array.isArray(feed.items))
    return undefined;
  return {
    title: plain(feed.title),
    link: text(feed.home_page_url),
    description: plain(feed.description),
    language: text(feed.language),
    "itunes:image": element({ href: feed.icon }),
    icon: text(feed.favicon),
    "itunes:complete": text(feed.expired === true ? "yes" : undefined),
    "atom:link": [
      element({ rel: "self", href: feed.feed_url }),
      element({ rel: "next", href: feed.next_url }),
      ...listOf(feed.hubs).map((hub) => element({ rel: "hub", href: fieldsOf(hub).url })),
    ],
    ...authors(feed),
  };
}

/** Returns an item of a JSON Feed as an item of RSS. */
export function itemNode(value: unknown): FeedNode {
  const item = fieldsOf(value);
  const html = textOf(item.content_html);
  return {
    guid: { "#": textOf(item.id) ?? "", "@": { ispermalink: "false" } },
    title: plain(item.title),
    link: text(textOf(item.url) ?? item.external_url),
    "content:encoded": html === undefined ? plain(item.content_text) : text(html),
    description: plain(item.summary),
    pubdate: text(item.date_published),
    updated: text(item.date_modified),
    "itunes:image": [element({ href: item.image }), element({ href: item.banner_image })],
    category: listOf(item.tags).map(plain),
    enclosure: listOf(item.attachments).map((attachment) => {
      const { url, mime_type, size_in_bytes, duration_in_seconds } = fieldsOf(attachment);
      return element({ url, type: mime_type, length: size_in_bytes, duration: duration_in_seconds });
    }),
    ...authors(item),
  };
}

/** Version 1.1 has `authors`, version 1 a single `author`. */
function authors(parent: Fields): FeedNode {
  const list = (Array.isArray(parent.authors) ? parent.authors : [parent.author]).map(fieldsOf);
  const names = list.map(({ name }) => textOf(name)).filter((name) => name !== undefined);
  return {
    "itunes:author": plain(names.length === 0 ? undefined : names.join(", ")),
    "podcast:person": list.map(({ name, url, avatar }) => ({ ...element({ href: url, img: avatar }), ...plain(name) })),
  };
}

/** An element with text that is markup or has none. */
function text(value: unknown): FeedNode {
  return { "#": textOf(value) ?? "" };
}

/** An element with plain text, whose brackets are no tags. */
function plain(value: unknown): FeedNode {
  return { "#": (textOf(value) ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") };
}

function element(attributes: Fields): FeedNode {
  const present = Object.entries(attributes).flatMap(([name, value]): [string, string][] => {
    const attribute = textOf(value);
    return attribute === undefined ? [] : [[name, attribute]];
  });
  return { "@": Object.fromEntries(present) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return isJsonObject(value) ? value : {};
}
