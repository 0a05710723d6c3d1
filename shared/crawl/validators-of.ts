import type { Claim } from "./lease-podcasts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// Less than 28 days even for a feed that is crawled once a day.
const MAX_CONTENT_AGE_MS = 27 * DAY_MS;
// Less by up to six days, by podcast: feeds that were added together are not all downloaded on one day.
const NUM_HOURS_EARLIER = 144;
// Whoever asks for a feed wants what its host has now.
const MAX_CONTENT_AGE_ASKED_MS = MINUTE_MS;

type Validators = Pick<Claim, "etag" | "lastModified" | "validatorsUrl">;

/**
 * Returns the validators for a request. None if the host has sent no content for long: some answer 304 for ever.
 *
 * @param options `isAsked`: a reader or the operator asks for the feed
 */
export function validatorsOf(claim: Claim, { isAsked }: { isAsked: boolean }): Validators {
  const { podcastId, contentAgeMs, etag, lastModified, validatorsUrl } = claim;
  const maxAgeMs = isAsked ? MAX_CONTENT_AGE_ASKED_MS : MAX_CONTENT_AGE_MS - (podcastId % NUM_HOURS_EARLIER) * HOUR_MS;
  // An unknown age begins with the next crawl. Otherwise a new version would download all feeds at once.
  const isOld = contentAgeMs === undefined ? isAsked : contentAgeMs > maxAgeMs;
  return isOld ? { etag: undefined, lastModified: undefined, validatorsUrl } : { etag, lastModified, validatorsUrl };
}
