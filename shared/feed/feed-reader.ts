import type { Feed } from "./model.ts";
import type { FeedNode } from "./xml/feed-node.ts";

/** Reads the text of a feed piece by piece, and passes each item on when it is complete. */
export type FeedReader = {
  write(text: string): void;
  end(): void;
  /** Returns what has been read so far. Items are not in `channel`. `kind` is undefined if it is no feed. */
  result(): { kind: Feed["kind"] | undefined; channel: FeedNode | undefined; isComplete: boolean };
};
