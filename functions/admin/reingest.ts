import * as podcastReingester from "../../shared/crawl/podcast-reingester.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readId } from "../../shared/json.ts";

/**
 * Parses stored raw feeds again with today's code, within a tick's time budget: all of them, those of `podcastId`, or
 * those after `afterId`, which an unfinished call returns.
 */
export default adminFunction({
  // A single feed may take long, however small the budget is.
  onceTimeoutMs: 12 * 3_600_000,
  readParams(data) {
    const fields = readFields(data);
    const idUnder = (name: string) => (fields[name] === undefined ? undefined : readId(fields, name));
    return { podcastId: idUnder("podcastId"), afterId: idUnder("afterId") };
  },
  run: (ctx, params) => podcastReingester.run(ctx, { ...params, budgetMs: ctx.config.tickBudgetMs }),
});
