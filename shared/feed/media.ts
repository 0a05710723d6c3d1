import { durationOf } from "./duration.ts";
import { LIMITS } from "./model.ts";
import { booleanOf, bytesOf } from "./numbers.ts";
import { webUrl } from "./url.ts";
import { attribute, children, type FeedNode, firstOf, groupedChildren } from "./xml/feed-node.ts";

export type Media = {
  url: string;
  type: string | undefined;
  bytes: number | undefined;
  durationSeconds: number | undefined;
};
/** An episode's media file, and the item's other audio and video files. */
export type ChosenMedia = Media & { others: Media[] };

const PLAYABLE_PATH = /\.(?:aac|aif+|flac|m4[abpv]|mkv|mov|mp[34]|mpe?g|og[agv]|opus|wav|weba|webm|wma|wmv)$/i;

// Of those that may be files. Parsing an address takes up to 0.2 ms.
const MAX_SOURCES = 3;

/**
 * Finds an episode's media file: the first audio or video enclosure, or else the first enclosure or Atom link that is not
 * an image (it may be a book), or else the first audio or video media:content, or else a podcast:alternateEnclosure. Its
 * duration may be that of a media:content: of the one with its URL, or else of the first audio or video.
 */
export function mediaOf(item: FeedNode, baseUrl: string): ChosenMedia | undefined {
  const enclosures = children(item, "enclosure").flatMap((node) => toMedia(node, "url", "length"));
  const contents = groupedChildren(item, "media:content")
    .filter((node) => attribute(node, "medium") !== "image")
    .flatMap((node) => toMedia(node, "url", "filesize"));
  const links = [...children(item, "link"), ...children(item, "atom:link")]
    .filter((node) => attribute(node, "rel")?.toLowerCase() === "enclosure")
    .flatMap((node) => toMedia(node, "href", "length"));

  function toMedia(node: FeedNode, urlName: string, lengthName: string): Media[] {
    const url = webUrl(attribute(node, urlName), baseUrl);
    if (url === undefined) return [];
    const type = mediaType(attribute(node, "type"));
    const durationSeconds = durationOf(attribute(node, "duration"));
    return [{ url, type, bytes: bytesOf(attribute(node, lengthName)), durationSeconds }];
  }

  const files = [...enclosures, ...links].filter(({ type }) => !type?.startsWith("image/"));
  const media = enclosures.find(isPlayable) ?? files[0] ?? contents.find(isPlayable) ?? alternateOf(item, baseUrl);
  if (media === undefined) return undefined;
  const timed = contents.filter(({ durationSeconds }) => durationSeconds !== undefined);
  const content = timed.find(({ url }) => url === media.url) ?? timed.find(isPlayable);
  const urls = new Set([media.url]);
  // A file may be both an enclosure and a media:content.
  const others = [...files, ...contents].filter(
    (file) => isPlayable(file) && !urls.has(file.url) && urls.add(file.url),
  );
  return { ...media, durationSeconds: media.durationSeconds ?? content?.durationSeconds, others };
}

/** Chooses among the alternates of an item without an enclosure: the default one, or else the first that plays. */
function alternateOf(item: FeedNode, baseUrl: string): Media | undefined {
  const alternates = children(item, "podcast:alternateenclosure").flatMap((node) => {
    const sources = children(node, "podcast:source").filter(isFile).slice(0, MAX_SOURCES);
    const url = firstOf(sources, (source) => webUrl(attribute(source, "uri"), baseUrl));
    if (url === undefined) return [];
    const bytes = bytesOf(attribute(node, "length"));
    const isDefault = booleanOf(attribute(node, "default")) ?? false;
    return [{ url, type: mediaType(attribute(node, "type")), bytes, durationSeconds: undefined, isDefault }];
  });
  return alternates.find(({ isDefault }) => isDefault) ?? alternates.find(isPlayable) ?? alternates[0];
}

/** True for a source at a web address, unless it only describes the file. */
function isFile(source: FeedNode): boolean {
  const type = mediaType(attribute(source, "contenttype"));
  return type !== "application/x-bittorrent" && !/^(?!https?:)[a-z]+:/i.test(attribute(source, "uri") ?? "");
}

/** Returns a MIME type without parameters. */
export function mediaType(value: string | undefined): string | undefined {
  const type = value?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^[a-z0-9][\w.+-]*\/[\w.+-]+$/.test(type) && type.length <= LIMITS.mediaType ? type : undefined;
}

/** True if a URL's path names an audio or video file. */
export function isPlayablePath(path: string): boolean {
  return PLAYABLE_PATH.test(path);
}

function isPlayable({ type, url }: Media): boolean {
  if (type !== undefined && /^(?:audio|video)\//.test(type)) return true;
  return type === undefined || !type.startsWith("image/") ? isPlayablePath(url.split(/[?#]/, 1)[0] ?? "") : false;
}
