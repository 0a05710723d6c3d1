import { present } from "../../present.ts";
import type { Value, ValueRecipient, ValueTimeSplit } from "../model.ts";
import { booleanOf, decimalOf, integerOf, secondsOf } from "../numbers.ts";
import { attribute, type FeedNode, firstChild } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";
import { list, listInSteps, short, unlessEmpty } from "./lists.ts";
import { remoteItemOf } from "./remote-items.ts";

/** Reads the podcast:value elements of a channel, an item or a live item. */
export function valuesOf(parent: FeedNode | undefined, baseUrl: string): Steps<Value[]> {
  return listInSteps(parent, "podcast:value", function* (node) {
    const type = short(attribute(node, "type"));
    const method = short(attribute(node, "method"));
    if (type === undefined || method === undefined) return undefined;
    const recipients = yield* recipientsOf(node);
    const timeSplits = yield* listInSteps(node, "podcast:valuetimesplit", (split) => timeSplit(split, baseUrl));
    const suggested = short(attribute(node, "suggested"));
    return present({ type, method, suggested, recipients, timeSplits: unlessEmpty(timeSplits) });
  });
}

function recipientsOf(node: FeedNode): Steps<ValueRecipient[]> {
  return list(node, "podcast:valuerecipient", (recipient) => {
    const type = short(attribute(recipient, "type"));
    const address = short(attribute(recipient, "address"));
    const split = integerOf(attribute(recipient, "split"));
    if (type === undefined || address === undefined || split === undefined) return undefined;
    return present({
      name: short(attribute(recipient, "name")),
      type,
      address,
      split,
      fee: booleanOf(attribute(recipient, "fee")) ?? false,
      customKey: short(attribute(recipient, "customkey")),
      customValue: short(attribute(recipient, "customvalue")),
    });
  });
}

function* timeSplit(node: FeedNode, baseUrl: string): Steps<ValueTimeSplit | undefined> {
  const startSeconds = secondsOf(attribute(node, "starttime"));
  const durationSeconds = secondsOf(attribute(node, "duration"));
  if (startSeconds === undefined || !durationSeconds) return undefined;
  const remote = firstChild(node, "podcast:remoteitem");
  const recipients = yield* recipientsOf(node);
  const remoteItem = remote && remoteItemOf(remote, baseUrl);
  if (remoteItem === undefined && recipients.length === 0) return undefined;
  const percentage = decimalOf(attribute(node, "remotepercentage"));
  return present({
    startSeconds,
    durationSeconds,
    remoteStartSeconds: secondsOf(attribute(node, "remotestarttime")),
    remotePercentage: percentage === undefined ? undefined : Math.min(percentage, 100),
    remoteItem,
    recipients,
  });
}
