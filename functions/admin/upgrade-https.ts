import * as feedLocationUpgrader from "../../shared/crawl/feed-location-upgrader.ts";
import { adminFunction } from "../../shared/http/function.ts";

/** Moves feeds from http to https if their host is known to serve https. */
export default adminFunction({
  readParams: () => ({}),
  run: (ctx) => feedLocationUpgrader.run(ctx, { budgetMs: ctx.config.tickBudgetMs }),
});
