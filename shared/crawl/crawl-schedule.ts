const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// The original podcore's rule: hourly if the feed changed within the last month, else daily.
const ACTIVE_INTERVAL_MS = HOUR_MS;
const QUIET_INTERVAL_MS = DAY_MS;
// Spreads out feeds that were added together. Always positive, so that no feed is fetched more often than its interval.
const JITTER_MS = 10 * MINUTE_MS;
// Cache-Control and Retry-After can slow crawls down, but only up to a week.
const MAX_DELAY_MS = 7 * DAY_MS;
const FIRST_BACKOFF_MS = 15 * MINUTE_MS;
const MAX_BACKOFF_MS = DAY_MS;
// A feed that is gone (410) is still fetched now and then: some come back.
const GONE_DELAY_MS = 30 * DAY_MS;

/** Returns the delay after a successful crawl, in milliseconds. `random` is in [0, 1). */
export function delayAfterSuccess(options: {
  isActive: boolean;
  cacheMaxAgeMs: number | undefined;
  random: number;
}): number {
  const { isActive, cacheMaxAgeMs = 0, random } = options;
  const interval = Math.max(isActive ? ACTIVE_INTERVAL_MS : QUIET_INTERVAL_MS, Math.min(cacheMaxAgeMs, MAX_DELAY_MS));
  return Math.round(interval + random * JITTER_MS);
}

export type Failure = {
  /** Status of the reply, if there was one. */
  status: number | undefined;
  retryAfterMs: number | undefined;
  /** Number of failed crawls in a row, including this one. */
  numFailures: number;
  /** In [0, 1). */
  random: number;
};

/**
 * Returns the delay after a failed crawl, in milliseconds. The delay starts at 15 minutes and doubles with each
 * failure, up to a day; its second half is random. It is at least an hour after 429, a day after 401, 403 and 404, and
 * 30 days after 410. Retry-After is honoured, up to seven days.
 */
export function delayAfterFailure({ status, retryAfterMs = 0, numFailures, random }: Failure): number {
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (numFailures - 1), MAX_BACKOFF_MS);
  const spread = backoff / 2 + (random * backoff) / 2;
  const least = status === 410 ? GONE_DELAY_MS : isRefusal(status) ? DAY_MS : status === 429 ? HOUR_MS : 0;
  return Math.round(Math.max(spread, least, Math.min(retryAfterMs, MAX_DELAY_MS)));
}

function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403 || status === 404;
}
