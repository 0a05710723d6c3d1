import * as cleaner from "../../shared/cleaning/cleaner.ts";
import { tickFunction } from "../../shared/http/function.ts";

/** Deletes what is kept no longer, within the tick's time budget. Any number of ticks may run at once. */
export default tickFunction({
  readParams: () => ({}),
  run: (ctx) => cleaner.run(ctx, { budgetMs: ctx.config.tickBudgetMs }),
});
