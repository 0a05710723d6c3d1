import * as cleaner from "../../shared/cleaning/cleaner.ts";
import * as episodePublisher from "../../shared/crawl/episode-publisher.ts";
import * as lateSubscriptionMover from "../../shared/crawl/identity/late-subscription-mover.ts";
import { tickFunction } from "../../shared/http/function.ts";

/**
 * Publishes episodes whose date has come, moves late subscriptions, and deletes expired rows, within the tick's time budget. Any number of ticks may
 * run in parallel.
 */
export default tickFunction({
  readParams: () => ({}),
  async run(ctx) {
    const { numPublished } = await episodePublisher.run(ctx);
    await lateSubscriptionMover.run(ctx);
    return { numPublished, ...(await cleaner.run(ctx, { budgetMs: ctx.config.tickBudgetMs })) };
  },
});
