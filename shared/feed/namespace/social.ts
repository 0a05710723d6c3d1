import { present } from "../../present.ts";
import type { Chat, SocialInteract } from "../model.ts";
import { integerOf } from "../numbers.ts";
import { anyUri, webUrl } from "../url.ts";
import { attribute, type FeedNode } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";
import { list, short } from "./lists.ts";

/** Reads where an item or a show is discussed, by priority. The protocol "disabled" asks for no comments at all. */
export function* socialInteractsOf(parent: FeedNode | undefined, baseUrl: string): Steps<SocialInteract[]> {
  const entries = yield* list(parent, "podcast:socialinteract", (node) => {
    const protocol = short(attribute(node, "protocol")?.toLowerCase());
    const uri = anyUri(attribute(node, "uri"), baseUrl);
    if (protocol === undefined || (uri === undefined && protocol !== "disabled")) return undefined;
    return present({
      protocol,
      uri,
      accountId: short(attribute(node, "accountid")),
      accountUrl: webUrl(attribute(node, "accounturl"), baseUrl),
      priority: integerOf(attribute(node, "priority")),
    });
  });
  return entries.sort((a, b) => (a.priority ?? Number.MAX_VALUE) - (b.priority ?? Number.MAX_VALUE));
}

/** Reads the chat rooms of an item or a show. */
export function chatsOf(parent: FeedNode | undefined): Steps<Chat[]> {
  return list(parent, "podcast:chat", (node) => {
    const server = short(attribute(node, "server"));
    const protocol = short(attribute(node, "protocol")?.toLowerCase());
    if (server === undefined || protocol === undefined) return undefined;
    return present({
      server,
      protocol,
      accountId: short(attribute(node, "accountid")),
      space: short(attribute(node, "space")),
    });
  });
}
