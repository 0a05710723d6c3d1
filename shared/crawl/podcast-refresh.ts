import { job } from "../jobs/job.ts";
import { readFields, readId } from "../json.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import * as podcastUpdater from "./podcast-updater.ts";

/**
 * Crawls the podcast `podcastId` now, due or not. Nothing is left to do where the podcast is gone or a crawler is at it.
 * A crawl that fails is recorded with the podcast and tried again when the crawl's own schedule says, never sooner.
 */
export const podcastRefresh = job({
  name: "podcast_refresh",
  // A fetch's own deadline is 30 s. As long as a tick waits for what is in hand when its budget is used up.
  timeoutMs: 35_000,
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  async run(ctx, { podcastId }) {
    const update = await podcastClaimer.run(ctx, { podcastId, work: (claim) => podcastUpdater.run(ctx, { claim }) });
    if (update === undefined) ctx.log.info("Podcast not refreshed", { podcast_id: podcastId, reason: "gone or held" });
  },
});
