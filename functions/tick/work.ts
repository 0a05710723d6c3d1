import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { tickFunction } from "../../shared/http/function.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import * as pushSubscriber from "../../shared/push/push-subscriber.ts";
import { JOBS } from "../jobs.ts";

/** Runs due jobs, and asks hubs for what is due, within the tick's time budget. Any number of ticks may run in parallel. */
export default tickFunction({
  openFetch,
  takesWakeToken: true,
  readParams: () => ({}),
  async run(ctx) {
    const budgetMs = ctx.config.tickBudgetMs;
    const [worked, subscribed] = await Promise.allSettled([
      jobWorker.run(ctx, { budgetMs, jobs: JOBS }),
      pushSubscriber.run(ctx, { budgetMs }),
    ]);
    if (worked.status === "rejected") throw worked.reason;
    if (subscribed.status === "rejected") throw subscribed.reason;
    return { ...worked.value, ...subscribed.value };
  },
});
