import { present } from "../../present.ts";
import { type Media, mediaType } from "../media.ts";
import { type AlternateEnclosure, LIMITS } from "../model.ts";
import { booleanOf, bytesOf, integerOf } from "../numbers.ts";
import { lineOf } from "../text.ts";
import { anyUri } from "../url.ts";
import { attribute, children, type FeedNode, firstChild } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";
import { listInSteps, short } from "./lists.ts";

// Real ones have up to four.
const MAX_SOURCES = 10;

type Source = { baseUrl: string; files: Media[] };

/** Returns an item's podcast:alternateEnclosure elements that have a source, and then its `files`. */
export function* alternateEnclosuresOf(item: FeedNode, { baseUrl, files }: Source): Steps<AlternateEnclosure[]> {
  const alternates = yield* listInSteps(item, "podcast:alternateenclosure", (node) => alternate(node, baseUrl));
  const known = new Set(alternates.flatMap(({ sources }) => sources.map(({ uri }) => uri)));
  const others = files.filter(({ url }) => !known.has(url));
  return [...alternates, ...others.map(toAlternate)].slice(0, LIMITS.listEntries);
}

function toAlternate({ url, type, bytes }: Media): AlternateEnclosure {
  return { ...present({ type, bytes }), isDefault: false, sources: [{ uri: url }] };
}

function* alternate(node: FeedNode, baseUrl: string): Steps<AlternateEnclosure | undefined> {
  const sources: AlternateEnclosure["sources"] = [];
  for (const source of children(node, "podcast:source", MAX_SOURCES)) {
    yield;
    const uri = anyUri(attribute(source, "uri"), baseUrl);
    if (uri !== undefined) sources.push(present({ uri, type: mediaType(attribute(source, "contenttype")) }));
  }
  if (sources.length === 0) return undefined;
  const integrity = firstChild(node, "podcast:integrity");
  const bitrate = Number.parseFloat(attribute(node, "bitrate") ?? "");
  return present({
    type: mediaType(attribute(node, "type")),
    bytes: bytesOf(attribute(node, "length")),
    bitrate: integerOf(bitrate > 0 ? String(Math.round(bitrate)) : undefined),
    height: integerOf(attribute(node, "height")),
    language: lineOf(attribute(node, "lang")?.toLowerCase(), LIMITS.language),
    title: lineOf(attribute(node, "title"), LIMITS.title),
    rel: short(attribute(node, "rel")),
    codecs: short(attribute(node, "codecs")),
    isDefault: booleanOf(attribute(node, "default")) ?? false,
    integrityType: short(attribute(integrity, "type")?.toLowerCase()),
    integrityValue: lineOf(attribute(integrity, "value"), LIMITS.title),
    sources,
  });
}
