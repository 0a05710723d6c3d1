import * as cleaner from "../../shared/cleaning/cleaner.ts";
import { tickFunction } from "../../shared/http/function.ts";

/** Deletes expired rows, within the tick's time budget. Any number of ticks may run in parallel. */
export default tickFunction({
  readParams: () => ({}),
  run: (ctx) => cleaner.run(ctx, { budgetMs: ctx.config.tickBudgetMs }),
});
