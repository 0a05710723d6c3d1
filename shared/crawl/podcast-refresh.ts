import { job } from "../jobs/job.ts";
import { readFields, readId } from "../json.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import * as podcastUpdater from "./podcast-updater.ts";

/**
 * Crawls a podcast now, due or not, and without validators: whoever asks for it expects what the host has now. Does
 * nothing if the podcast is gone or being crawled, or its host pauses. A failed crawl is recorded
 * and retried by the crawl schedule, not by this job.
 */
export const podcastRefresh = job({
  name: "podcast_refresh",
  // The deadline of a fetch is 30 s. Also how long a tick waits for work in flight when its budget is used up.
  timeoutMs: 35_000,
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  async run(ctx, { podcastId }) {
    const update = await podcastClaimer.run(ctx, {
      podcastId,
      work: (claim) => podcastUpdater.run(ctx, { claim, isAsked: true }),
    });
    if (update === undefined)
      ctx.log.info("Podcast not refreshed", { podcast_id: podcastId, reason: "gone, held, or its host pauses" });
  },
});
