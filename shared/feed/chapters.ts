import { clockSeconds } from "./duration.ts";
import { attribute, children, type FeedNode } from "./feed-node.ts";
import { type Chapter, LIMITS } from "./model.ts";
import { lineOf } from "./text.ts";
import { webUrl } from "./url.ts";

/** Reads Podlove Simple Chapters (https://podlove.org/simple-chapters/), in order of their start. */
export function chaptersOf(item: FeedNode, baseUrl: string): Chapter[] {
  const chapters: Chapter[] = [];
  for (const node of children(item, "psc:chapters").flatMap((list) => children(list, "psc:chapter"))) {
    const startSeconds = clockSeconds(attribute(node, "start") ?? "");
    const title = lineOf(attribute(node, "title"), LIMITS.title);
    if (startSeconds === undefined || title === undefined || chapters.length >= LIMITS.chapters) continue;
    const linkUrl = webUrl(attribute(node, "href"), baseUrl);
    const imageUrl = webUrl(attribute(node, "image"), baseUrl);
    chapters.push({ startSeconds, title, ...(linkUrl && { linkUrl }), ...(imageUrl && { imageUrl }) });
  }
  return chapters.sort((a, b) => a.startSeconds - b.startSeconds);
}
