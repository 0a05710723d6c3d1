import * as feedLocationUpgrader from "../../shared/crawl/feed-location-upgrader.ts";
import { adminFunction } from "../../shared/http/function.ts";

/** Has feeds asked over https that are asked over http, where their host is known to serve it. */
export default adminFunction({
  readParams: () => ({}),
  run: (ctx) => feedLocationUpgrader.run(ctx, { budgetMs: ctx.config.tickBudgetMs }),
});
