import type { DueReason } from "../crawl-schedule.ts";

// Of a next visit that is still to come. docs/crawling.md has the same list.
const REASONS: Readonly<Record<DueReason, string>> = {
  "usual-time": "Episodes usually come just before that.",
  spread: "It is between the times at which episodes usually come.",
  push: "The feed's hub announces new episodes, or has just done so.",
  quiet: "No time of the coming week is likely enough for an episode, so it is at the week's end.",
  complete: "The show says that it is complete, so it is checked once in seven days.",
  "max-age": "Until then the host's last reply is fresh (max-age or Expires).",
  ttl: "The feed asks for that distance (ttl).",
  "update-period": "The feed asks for that distance (sy:updatePeriod).",
  "skipped-hours": "The feed asks to skip the hours before (skipHours, skipDays).",
  retry: "The last check failed, so it is tried again.",
  "rate-limited": "The host said that it gets too many requests (429).",
  refused: "The host refused the last request (401, 403 or 404), so it is tried again a day later.",
  "retry-after": "The host asked for that (Retry-After).",
  gone: "The host said that the feed is gone (410), so it is checked once a month.",
};

type Visit = {
  /** Undefined if there is none. */
  at: Date | undefined;
  isDue: boolean;
  /** A `DueReason`, as it was stored. */
  reason: string | undefined;
  isTakenDown: boolean;
  isMerged: boolean;
  hasFeedUrl: boolean;
  /** Until when the podcast's host pauses. */
  pausedUntil: Date | undefined;
};

/** Says in a sentence why a podcast is next crawled when it is. */
export function explainVisit({ at, isDue, reason, pausedUntil, ...state }: Visit): string {
  if (state.isMerged) return "It is not crawled, because it was merged into another podcast.";
  if (state.isTakenDown) return "It is not crawled, because it was taken down.";
  if (!state.hasFeedUrl)
    return "It is not crawled, because it has lost its feed's URL. Add it at another one with admin-podcast-add.";
  if (at === undefined) return "It is not crawled.";
  if (pausedUntil !== undefined && pausedUntil >= at)
    return "Its host asked podcore to wait, and is left alone until then.";
  if (isDue) return "It is due, and is crawled as soon as its host may be asked.";
  return isReason(reason) ? REASONS[reason] : "Why then was not recorded.";
}

function isReason(reason: string | undefined): reason is DueReason {
  return reason !== undefined && Object.hasOwn(REASONS, reason);
}
