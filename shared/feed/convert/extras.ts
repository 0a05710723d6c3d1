import { present } from "../../present.ts";
import { categoryNameOf, titleOf } from "../fields.ts";
import { type ChannelExtras, type EpisodeExtras, LIMITS } from "../model.ts";
import { lineOf, paragraphsOf } from "../text.ts";
import { webUrl } from "../url.ts";
import { children, childText, type FeedNode } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";

// Real ones are lists of up to 100 words.
const MAX_KEYWORDS = 100;

/** Reads what the API hands out beside a channel's main fields. */
export function* channelExtras(channel: FeedNode | undefined, title: string): Steps<ChannelExtras | undefined> {
  const extras = present({
    itunesTitle: yield* itunesTitleOf(channel, title),
    subtitle: lineOf(childText(channel, "itunes:subtitle"), LIMITS.title),
    keywords: keywordsOf(channel),
    generator: lineOf(childText(channel, "generator"), LIMITS.shortText),
  });
  return Object.keys(extras).length === 0 ? undefined : extras;
}

type Item = { title: string; notes: string | undefined; baseUrl: string };

/** Reads what the API hands out beside an item's main fields. `notes` are its show notes as the feed has them. */
export function* episodeExtras(item: FeedNode, { title, notes, baseUrl }: Item): Steps<EpisodeExtras | undefined> {
  const summary = yield* summaryOf(item, notes);
  const subtitle = lineOf(childText(item, "itunes:subtitle"), LIMITS.title);
  yield;
  const categories = new Set(
    [...children(item, "category"), ...children(item, "itunes:category"), ...children(item, "media:category")]
      .map(categoryNameOf)
      .filter((name) => name !== undefined),
  );
  const extras = present({
    itunesTitle: yield* itunesTitleOf(item, title),
    subtitle: subtitle === title ? undefined : subtitle,
    summary,
    keywords: keywordsOf(item),
    categories: categories.size === 0 ? undefined : [...categories],
    commentsUrl: webUrl(childText(item, "comments"), baseUrl),
  });
  return Object.keys(extras).length === 0 ? undefined : extras;
}

/** Returns itunes:title, unless it is the title. */
function* itunesTitleOf(node: FeedNode | undefined, title: string): Steps<string | undefined> {
  const own = yield* titleOf(node, ["itunes:title"]);
  return own === title ? undefined : own;
}

function keywordsOf(node: FeedNode | undefined): string[] | undefined {
  const texts = [childText(node, "itunes:keywords"), childText(node, "media:keywords")];
  const words = texts.flatMap((text) => lineOf(text, LIMITS.channelDescription)?.split(/[,;]/) ?? []);
  const keywords = [...new Set(words.map((word) => word.trim().slice(0, LIMITS.shortText)))].filter(
    (word) => word !== "",
  );
  return keywords.length === 0 ? undefined : keywords.slice(0, MAX_KEYWORDS);
}

/** Returns the first description with text that is not the notes or their beginning. */
function* summaryOf(item: FeedNode, notes: string | undefined): Steps<string | undefined> {
  const limit = LIMITS.channelDescription;
  let notesText: string | undefined;
  for (const name of ["description", "summary", "itunes:summary", "googleplay:description"]) {
    const source = childText(item, name);
    if (source === undefined || source === notes) continue;
    yield;
    const text = paragraphsOf(source, limit);
    notesText ??= lettersOf(paragraphsOf(notes, limit));
    if (text !== undefined && !notesText.startsWith(lettersOf(text))) return text;
  }
  return undefined;
}

/** Returns a text as it is compared: descriptions end in "...", and differ in quotes and blanks. */
function lettersOf(text: string | undefined): string {
  return (text ?? "").replace(/[^\p{L}\p{N}]+/gu, "");
}
