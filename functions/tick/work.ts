import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { tickFunction } from "../../shared/http/function.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import { JOBS } from "../jobs.ts";

/** Runs due jobs, within the tick's time budget. Any number of ticks may run in parallel. */
export default tickFunction({
  openFetch,
  takesWakeToken: true,
  readParams: () => ({}),
  run: (ctx) => jobWorker.run(ctx, { budgetMs: ctx.config.tickBudgetMs, jobs: JOBS }),
});
