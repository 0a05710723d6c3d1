import { clockSeconds } from "./duration.ts";
import { type Chapter, LIMITS } from "./model.ts";
import { lineOf } from "./text.ts";
import { webUrl } from "./url.ts";
import { attribute, children, type FeedNode } from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

/** Reads Podlove Simple Chapters (https://podlove.org/simple-chapters/), sorted by start. */
export function* chaptersOf(item: FeedNode, baseUrl: string): Steps<Chapter[]> {
  const chapters: Chapter[] = [];
  const lists = children(item, "psc:chapters");
  const nodes = lists.flatMap((list) => children(list, "psc:chapter", LIMITS.chapters)).slice(0, LIMITS.chapters);
  for (const node of nodes) {
    yield;
    const startSeconds = clockSeconds(attribute(node, "start") ?? "");
    const title = lineOf(attribute(node, "title"), LIMITS.title);
    if (startSeconds === undefined || title === undefined) continue;
    const linkUrl = webUrl(attribute(node, "href"), baseUrl);
    const imageUrl = webUrl(attribute(node, "image"), baseUrl);
    chapters.push({ startSeconds, title, ...(linkUrl && { linkUrl }), ...(imageUrl && { imageUrl }) });
  }
  return chapters.sort((a, b) => a.startSeconds - b.startSeconds);
}
