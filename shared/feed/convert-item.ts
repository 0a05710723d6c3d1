import { createHash } from "node:crypto";
import { chaptersOf } from "./chapters.ts";
import { chaptersFromNotes } from "./chapters-from-notes.ts";
import { episodeExtras } from "./convert/extras.ts";
import { dateOf } from "./date.ts";
import { durationOf } from "./duration.ts";
import { authorOf, imageOf, isExplicit, linkOf, titleOf } from "./fields.ts";
import { mediaOf } from "./media.ts";
import { type FeedEpisode, LIMITS, type SkippedItem } from "./model.ts";
import { notesHtml, pickNotes } from "./notes.ts";
import { integerOf, ordinalOf } from "./numbers.ts";
import { episodeNamespace, isBlocked } from "./podcast-namespace.ts";
import { headlineOf, lineOf, rawOf } from "./text.ts";
import { attribute, childText, type FeedNode, firstChild, firstOf } from "./xml/feed-node.ts";
import type { Steps } from "./xml/steps.ts";

// Characters of the notes that become the title of an item without one.
const TITLE_FROM_NOTES = 100;

const DATES = ["pubdate", "published", "dc:date", "updated", "modified"];

/** Converts an item to an episode, or returns why it cannot. `position` is its index in the feed. */
export function* convertItem(
  item: FeedNode,
  { position, baseUrl }: { position: number; baseUrl: string },
): Steps<FeedEpisode | SkippedItem> {
  yield;
  const ownGuid = childText(item, "guid") ?? childText(item, "id");
  const media = mediaOf(item, baseUrl);
  if (media === undefined) return skippedItem(item, { position, reason: "no media URL" });

  yield;
  const linkUrl = linkOf(item, baseUrl) ?? permalinkOf(item, baseUrl);
  const fullGuid = [ownGuid, media.url].find((guid) => lineOf(guid, LIMITS.guid) !== undefined) ?? media.url;
  yield;
  const source = pickNotes([
    childText(item, "content:encoded"),
    childText(item, "content"),
    childText(item, "description"),
    childText(item, "summary"),
    childText(item, "itunes:summary"),
    childText(item, "googleplay:description"),
    childText(item, "media:description"),
    childText(item, "itunes:subtitle"),
  ]);
  yield;
  const descriptionHtml = notesHtml(source, linkUrl ?? baseUrl);
  yield;
  const durationSeconds = durationOf(childText(item, "itunes:duration")) ?? media.durationSeconds;
  const ownChapters = yield* chaptersOf(item, baseUrl);
  const chapters = ownChapters.length > 0 ? ownChapters : chaptersFromNotes(descriptionHtml ?? "", durationSeconds);
  yield;
  const season = firstChild(item, "podcast:season");
  const episode = firstChild(item, "podcast:episode");
  const title =
    (yield* titleOf(item, ["title", "itunes:title", "media:title"])) ??
    lineOf(source, TITLE_FROM_NOTES) ??
    fileName(media.url);
  yield;
  return {
    position,
    guid: guidText(fullGuid) ?? media.url,
    guidSha256: createHash("sha256").update(fullGuid).digest(),
    title,
    publishedAt: firstOf(DATES, (name) => dateOf(childText(item, name))),
    descriptionSource: source,
    descriptionHtml,
    author: authorOf(item),
    linkUrl,
    imageUrl: imageOf(item, baseUrl),
    mediaUrl: media.url,
    mediaType: media.type,
    mediaBytes: media.bytes,
    durationSeconds,
    isExplicit: isExplicit(item),
    isBlocked: isBlocked(item),
    season: seasonOf(childText(item, "itunes:season")) ?? seasonOf(season?.["#"]),
    seasonName: lineOf(attribute(season, "name"), LIMITS.shortText),
    episodeNumber: ordinalOf(episode?.["#"], "episode") ?? ordinalOf(childText(item, "itunes:episode"), "episode"),
    episodeDisplay: lineOf(attribute(episode, "display"), LIMITS.shortText),
    episodeType: episodeTypeOf(childText(item, "itunes:episodetype")),
    chapters,
    namespace: yield* episodeNamespace(item, { baseUrl, files: media.others }),
    extras: yield* episodeExtras(item, { title, notes: source, baseUrl }),
  };
}

/** Describes an item that is not an episode. */
function skippedItem(item: FeedNode, { position, reason }: Pick<SkippedItem, "position" | "reason">): SkippedItem {
  return {
    position,
    guid: guidText(childText(item, "guid") ?? childText(item, "id")),
    title: headlineOf(childText(item, "title"), LIMITS.title),
    reason,
  };
}

/** Returns a GUID with its markup and case, because it is compared and never shown. */
function guidText(guid: string | undefined): string | undefined {
  return rawOf(guid, LIMITS.guid);
}

/** Returns the GUID as the item's page, unless isPermaLink is false (RSS 2.0). */
function permalinkOf(item: FeedNode, baseUrl: string): string | undefined {
  const guid = firstChild(item, "guid");
  const address = guid?.["#"] ?? "";
  if (attribute(guid, "ispermalink")?.toLowerCase() === "false" || !/^https?:/i.test(address)) return undefined;
  return linkOf({ link: { "#": address } }, baseUrl);
}

function fileName(url: string): string {
  const { hostname, pathname } = new URL(url);
  const name = pathname.split("/").findLast((part) => part !== "") ?? hostname;
  let decoded = name;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    // A lone "%": keeps the encoded name.
  }
  return lineOf(decoded, LIMITS.title) ?? hostname;
}

function seasonOf(value: string | undefined): number | undefined {
  return integerOf(String(ordinalOf(value, "season")));
}

function episodeTypeOf(value: string | undefined): FeedEpisode["episodeType"] {
  const type = value?.toLowerCase();
  return type === "full" || type === "trailer" || type === "bonus" ? type : undefined;
}
