import * as cleaner from "../../shared/cleaning/cleaner.ts";
import * as episodePublisher from "../../shared/crawl/episode-publisher.ts";
import * as lateSubscriptionMover from "../../shared/crawl/identity/late-subscription-mover.ts";
import { tickFunction } from "../../shared/http/function.ts";
import * as documentWriter from "../../shared/search/documents/document-writer.ts";

// The rest is for deleting expired rows, which takes seconds.
const DOCUMENTS_SHARE = 3 / 4;

/**
 * Publishes episodes whose date has come, moves late subscriptions, writes what searches read, and deletes expired rows,
 * within the tick's time budget. Any number of ticks may run in parallel.
 */
export default tickFunction({
  readParams: () => ({}),
  async run(ctx) {
    const { numPublished } = await episodePublisher.run(ctx);
    await lateSubscriptionMover.run(ctx);
    const { numWritten } = await documentWriter.run(ctx, { budgetMs: ctx.config.tickBudgetMs * DOCUMENTS_SHARE });
    return {
      numPublished,
      numWritten,
      ...(await cleaner.run(ctx, { budgetMs: ctx.config.tickBudgetMs * (1 - DOCUMENTS_SHARE) })),
    };
  },
});
