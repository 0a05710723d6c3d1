import * as podcastCrawler from "../../shared/crawl/podcast-crawler.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { tickFunction } from "../../shared/http/function.ts";

/** Crawls due podcasts, within the tick's time budget. Any number of ticks may run in parallel. */
export default tickFunction({
  openFetch,
  readParams: () => ({}),
  run: (ctx) => podcastCrawler.run(ctx, { budgetMs: ctx.config.tickBudgetMs }),
});
