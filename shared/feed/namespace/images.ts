import { present } from "../../present.ts";
import { mediaType } from "../media.ts";
import { type Image, LIMITS } from "../model.ts";
import { integerOf } from "../numbers.ts";
import { lineOf } from "../text.ts";
import { webUrl } from "../url.ts";
import { attribute, children, type FeedNode } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";
import { list, short } from "./lists.ts";

/** Reads podcast:image, or else the older podcast:images, which has several addresses and widths in one attribute. */
export function* imagesOf(parent: FeedNode | undefined, baseUrl: string): Steps<Image[]> {
  const images = yield* list(parent, "podcast:image", (node) => {
    const url = webUrl(attribute(node, "href"), baseUrl);
    if (url === undefined) return undefined;
    return present({
      url,
      alt: lineOf(attribute(node, "alt"), LIMITS.title),
      aspectRatio: short(attribute(node, "aspect-ratio")?.replaceAll(" ", "")),
      width: integerOf(attribute(node, "width")),
      height: integerOf(attribute(node, "height")),
      type: mediaType(attribute(node, "type")),
      purposes: short(attribute(node, "purpose")?.toLowerCase())?.split(" "),
    });
  });
  if (images.length > 0) return images;
  for (const node of children(parent, "podcast:images")) {
    for (const candidate of (attribute(node, "srcset") ?? "").split(/,\s+|,(?=https?:)/).slice(0, LIMITS.listEntries)) {
      yield;
      const [address, descriptor] = candidate.trim().split(/\s+/);
      const url = webUrl(address, baseUrl);
      if (url !== undefined && images.length < LIMITS.listEntries) {
        images.push(present({ url, width: integerOf(/^(\d+)w$/.exec(descriptor ?? "")?.[1]) }));
      }
    }
  }
  return images;
}
