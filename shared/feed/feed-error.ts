export type FeedErrorKind = "empty" | "not-a-feed" | "too-large" | "truncated";

/** A body that is no feed, or not all of one: nothing in it may be stored. `message` may be shown to the reader. */
export class FeedError extends Error {
  readonly kind: FeedErrorKind;

  constructor(kind: FeedErrorKind, reason: string) {
    super(`Cannot read feed: ${reason}`);
    this.name = "FeedError";
    this.kind = kind;
  }
}
