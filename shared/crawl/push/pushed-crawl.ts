import { job } from "../../jobs/job.ts";
import { readFields, readId } from "../../json.ts";
import * as podcastClaimer from "../podcast-claimer.ts";
import { waitForTurn } from "../podcast-refresh.ts";
import * as podcastUpdater from "../podcast-updater.ts";

/**
 * Crawls a podcast that a push has made due, unless another crawler was there first. If its host is busy, the podcast stays
 * due, and the crawl tick asks in turn.
 */
export const pushedCrawl = job({
  name: "pushed_crawl",
  // As for a refresh.
  timeoutMs: 35_000,
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  async run(ctx, { podcastId }) {
    if (!(await waitForTurn(ctx, { podcastId, isDue: true }))) return;
    await podcastClaimer.run(ctx, {
      podcastId,
      hasTurn: true,
      work: (claim) => podcastUpdater.run(ctx, { claim }),
    });
  },
});
