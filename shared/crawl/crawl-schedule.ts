const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// A feed that had something new within the last month is asked every hour, any other once a day: the original's rule.
const ACTIVE_INTERVAL_MS = HOUR_MS;
const QUIET_INTERVAL_MS = DAY_MS;
// Spreads feeds that were added together; always later, so that nobody is asked more often than the interval says.
const JITTER_MS = 10 * MINUTE_MS;
// A host may ask for less with Cache-Control or Retry-After, but not to be forgotten.
const MAX_DELAY_MS = 7 * DAY_MS;
const FIRST_BACKOFF_MS = 15 * MINUTE_MS;
const MAX_BACKOFF_MS = DAY_MS;
// A feed that is gone (410) is still asked now and then: some come back.
const GONE_DELAY_MS = 30 * DAY_MS;

/** Tells how long to wait after a crawl that went well, in milliseconds. `random` is in [0, 1). */
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
  /** Of the reply, where there was one. */
  status: number | undefined;
  retryAfterMs: number | undefined;
  /** How many crawls have failed in a row, this one included. */
  numFailures: number;
  /** In [0, 1). */
  random: number;
};

/**
 * Tells how long to wait after a crawl that failed, in milliseconds: 15 minutes, doubled with each failure up to a day,
 * of which the second half is left to chance. An hour at least after 429, a day after 401, 403 and 404, thirty after
 * 410. Retry-After is waited out, up to seven days.
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
