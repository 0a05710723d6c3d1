export type FeedErrorKind = "empty" | "not-a-feed" | "too-large" | "truncated";

/** A body that is not a feed, or only part of one. Nothing in it may be stored. `message` may be shown to users. */
export class FeedError extends Error {
  readonly kind: FeedErrorKind;

  constructor(kind: FeedErrorKind, reason: string) {
    super(`Cannot read feed: ${reason}`);
    this.name = "FeedError";
    this.kind = kind;
  }
}
