import { convertItem } from "../convert-item.ts";
import { type Feed, type FeedEpisode, LIMITS, type SkippedItem } from "../model.ts";
import { createSiblings } from "../siblings.ts";
import type { FeedNode } from "./feed-node.ts";
import type { Steps } from "./steps.ts";

export type Collector = {
  add(item: FeedNode): Steps<void>;
  result(): Steps<Pick<Feed, "episodes" | "skipped" | "numSkipped" | "isWhole">>;
};

/**
 * Converts and collects items. Keeps different episodes with the same GUID, the first of equal ones, and the newest if
 * there are too many. An item that fails does not affect others.
 */
export function createCollector(baseUrl: string): Collector {
  let episodes: FeedEpisode[] = [];
  const skipped: SkippedItem[] = [];
  const siblings = createSiblings();
  let numItems = 0;
  let numSkipped = 0;
  let isWhole = true;

  function skip(item: SkippedItem): void {
    numSkipped++;
    if (skipped.length < LIMITS.skipped) skipped.push(item);
  }

  function dropOldest(): void {
    if (episodes.length <= LIMITS.episodes) return;
    isWhole = false;
    const byAge = episodes.toSorted((a, b) => timeOf(b) - timeOf(a));
    for (const { position, guid, title } of byAge.slice(LIMITS.episodes)) {
      skip({ position, guid, title, reason: "too many items" });
    }
    episodes = byAge.slice(0, LIMITS.episodes).sort(byPosition);
  }

  return {
    *add(item) {
      const converted = yield* convert(item, { position: numItems++, baseUrl });
      if ("reason" in converted) {
        skip(converted);
        return;
      }
      if (!siblings.add(converted)) {
        const { position, guid, title } = converted;
        skip({ position, guid, title, reason: "duplicate guid" });
        return;
      }
      episodes.push(converted);
      // Not for every item, because sorting takes longer than reading one.
      if (episodes.length >= LIMITS.episodes * 2) dropOldest();
    },
    *result() {
      dropOldest();
      for (const episode of episodes) {
        yield;
        episode.guidSha256 = siblings.keyOf(episode);
      }
      return { episodes, skipped: skipped.sort(byPosition), numSkipped, isWhole };
    },
  };
}

type Source = { position: number; baseUrl: string };
function* convert(item: FeedNode, source: Source): Steps<FeedEpisode | SkippedItem> {
  try {
    return yield* convertItem(item, source);
  } catch {
    // No known input causes an error. If one occurs, the item is listed and the others are kept.
    return { position: source.position, guid: undefined, title: undefined, reason: "cannot be converted" };
  }
}

function timeOf({ publishedAt }: FeedEpisode): number {
  return publishedAt?.getTime() ?? 0;
}

function byPosition(a: { position: number }, b: { position: number }): number {
  return a.position - b.position;
}
