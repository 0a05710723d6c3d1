import type { UpdateHints } from "../../feed/model.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

// The longest that a feed goes unasked, unless it is gone; also the most that hosts and feeds can ask for.
export const MAX_DELAY_MS = 7 * 24 * HOUR_MS;
// What feed readers are asked to keep to where nobody says more (https://rachelbythebay.com/w/feed/).
const MIN_WAIT_MS = HOUR_MS;
// A host may say that its reply is fresh for less, or not at all.
const MIN_ALLOWED_WAIT_MS = 5 * MINUTE_MS;

/** What asks for a longer wait than podcore's own least. */
export type WaitReason = "max-age" | "ttl" | "update-period";

/**
 * Returns the least time between two visits, and what asks for it if podcore alone would come sooner. It is an hour, or as
 * much as the host or the feed asks for, up to seven days. A host whose reply is fresh for less allows five minutes, unless the feed has a
 * ttl: that of 1 minute, which feeds write for "always", does not.
 */
export function leastWait(
  { ttlMinutes, updatePeriodMinutes }: UpdateHints,
  maxAgeMs: number | undefined,
): { ms: number; reason: WaitReason | undefined } {
  const isFree = maxAgeMs !== undefined && ttlMinutes === undefined;
  const own = { ms: isFree ? MIN_ALLOWED_WAIT_MS : MIN_WAIT_MS, reason: undefined };
  const wishes: { ms: number; reason: WaitReason | undefined }[] = [
    own,
    { ms: maxAgeMs ?? 0, reason: "max-age" },
    { ms: (ttlMinutes ?? 0) * MINUTE_MS, reason: "ttl" },
    { ms: (updatePeriodMinutes ?? 0) * MINUTE_MS, reason: "update-period" },
  ];
  const { ms, reason } = wishes.reduce((longest, wish) => (wish.ms > longest.ms ? wish : longest));
  return { ms: Math.min(ms, MAX_DELAY_MS), reason };
}

/** True if the feed asks not to be visited at that instant (skipHours, skipDays). A feed that skips all is not heard. */
export function isSkipped({ skipHours = [], skipDays = [] }: UpdateHints, at: number): boolean {
  if (skipHours.length + skipDays.length === 0) return false;
  const date = new Date(at);
  const isHour = skipHours.length < 24 && skipHours.includes(date.getUTCHours());
  return isHour || (skipDays.length < 7 && skipDays.includes(date.getUTCDay()));
}
