import { readFields, readId } from "../http/read-fields.ts";
import * as podcastUpdater from "../mediators/podcast-updater.ts";
import { claimDuePodcasts } from "../sql/claim-due-podcasts.ts";
import { job } from "./job.ts";

/**
 * Crawls the podcast `podcastId` now, due or not. Nothing is left to do where the podcast is gone or a crawler is at it.
 * A crawl that fails is recorded with the podcast and tried again when the crawl's own schedule says, never sooner.
 */
export const podcastRefresh = job({
  // A fetch's own deadline is 30 s. As long as a tick waits for what is in hand when its budget is used up.
  timeoutMs: 35_000,
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  async run(ctx, { podcastId }) {
    const [claim] = await claimDuePodcasts(ctx.db, { limit: 1, podcastId });
    if (claim === undefined) ctx.log.info("Podcast not refreshed", { podcast_id: podcastId, reason: "gone or held" });
    else await podcastUpdater.run(ctx, { claim });
  },
});
