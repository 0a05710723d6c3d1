import type { Visit } from "../crawl-schedule.ts";
import type { Claim } from "../lease-podcasts.ts";
import { isAnnounced } from "./announced.ts";

// While a hub announces episodes, a visit only checks that it still does.
const CHECK_MS = 24 * 60 * 60_000;
// After a push that came before the change: caches in front of a feed often keep the old one for some minutes.
const AGAIN_MS = 10 * 60_000;

type Crawled = Pick<Claim, "pushedAt" | "lastSucceededAt" | "pushLeaseMs"> & {
  /** Number of episodes that the crawl has found. */
  numInserted: number;
};

/**
 * Changes a visit of the schedule by what is known of pushes. After a push that announced nothing new, the feed is visited
 * once more in ten minutes. While a hub announces its episodes, it is visited once a day at most. A hub that missed one is
 * not relied upon until its next push.
 */
export function pushedVisit(visit: Visit, { numInserted, pushLeaseMs, ...claim }: Crawled): Visit {
  const wasAnnounced = isAnnounced(claim);
  if (wasAnnounced && numInserted === 0) {
    return visit.delayMs <= AGAIN_MS ? visit : { delayMs: AGAIN_MS, reason: "push" };
  }
  const isReliable = pushLeaseMs !== undefined && (wasAnnounced || numInserted === 0);
  const delayMs = isReliable ? Math.round(Math.min(CHECK_MS, pushLeaseMs)) : 0;
  return visit.delayMs >= delayMs ? visit : { delayMs, reason: "push" };
}
