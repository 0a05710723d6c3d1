import { present } from "../../present.ts";
import { LIMITS, type RemoteItem } from "../model.ts";
import { lineOf } from "../text.ts";
import { webUrl } from "../url.ts";
import { attribute, type FeedNode } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";
import { list, short } from "./lists.ts";

export function remoteItemsOf(parent: FeedNode | undefined, baseUrl: string): Steps<RemoteItem[]> {
  return list(parent, "podcast:remoteitem", (node) => remoteItemOf(node, baseUrl));
}

export function remoteItemOf(node: FeedNode, baseUrl: string): RemoteItem | undefined {
  const item = present({
    feedGuid: short(attribute(node, "feedguid")),
    feedUrl: webUrl(attribute(node, "feedurl"), baseUrl),
    itemGuid: lineOf(attribute(node, "itemguid"), LIMITS.guid),
    medium: short(attribute(node, "medium")?.toLowerCase()),
    title: lineOf(attribute(node, "title"), LIMITS.title),
  });
  return item.feedGuid === undefined && item.feedUrl === undefined ? undefined : item;
}
