import { convertItem } from "../convert-item.ts";
import { type Feed, type FeedEpisode, LIMITS, type SkippedItem } from "../model.ts";
import type { FeedNode } from "./feed-node.ts";
import type { Steps } from "./steps.ts";

export type Collector = {
  add(item: FeedNode): Steps<void>;
  result(): Pick<Feed, "episodes" | "skipped" | "numSkipped">;
};

/** Keeps what the items become: of equal guids the first, of too many the newest. No item fails another. */
export function createCollector(baseUrl: string): Collector {
  let episodes: FeedEpisode[] = [];
  const skipped: SkippedItem[] = [];
  const guids = new Set<string>();
  let numItems = 0;
  let numSkipped = 0;

  function skip(item: SkippedItem): void {
    numSkipped++;
    if (skipped.length < LIMITS.skipped) skipped.push(item);
  }

  function dropOldest(): void {
    if (episodes.length <= LIMITS.episodes) return;
    const byAge = episodes.toSorted((a, b) => timeOf(b) - timeOf(a));
    for (const { position, guid, title } of byAge.slice(LIMITS.episodes)) {
      skip({ position, guid, title, reason: "too many items" });
    }
    episodes = byAge.slice(0, LIMITS.episodes).sort(byPosition);
  }

  return {
    *add(item) {
      const place = { position: numItems++, baseUrl };
      const converted = yield* convert(item, place);
      if ("reason" in converted) {
        skip(converted);
        return;
      }
      const { position, guid, title } = converted;
      const key = converted.guidSha256.toString("latin1");
      if (guids.has(key)) {
        skip({ position, guid, title, reason: "duplicate guid" });
        return;
      }
      guids.add(key);
      episodes.push(converted);
      // Now and then only: sorting at every item would take longer than reading it.
      if (episodes.length >= LIMITS.episodes * 2) dropOldest();
    },
    result() {
      dropOldest();
      return { episodes, skipped: skipped.sort(byPosition), numSkipped };
    },
  };
}

type Place = { position: number; baseUrl: string };
function* convert(item: FeedNode, place: Place): Steps<FeedEpisode | SkippedItem> {
  try {
    return yield* convertItem(item, place);
  } catch {
    // Nothing is known to throw. If something does, the item is listed, and the other items are kept.
    return { position: place.position, guid: undefined, title: undefined, reason: "cannot be converted" };
  }
}

function timeOf({ publishedAt }: FeedEpisode): number {
  return publishedAt?.getTime() ?? 0;
}

function byPosition(a: { position: number }, b: { position: number }): number {
  return a.position - b.position;
}
