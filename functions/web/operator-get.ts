import { identifyOperator } from "../../shared/auth/identify-operator.ts";
import { httpFunction } from "../../shared/http/function.ts";
import * as crawlOverview from "../../shared/operator/crawl-overview.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { operatorPage } from "../../shared/web/pages/operator-page.ts";

/** What the operator may want to look at: podcasts, hosts and jobs, by list or search. */
export default httpFunction<crawlOverview.Asked, crawlOverview.CrawlOverview>({
  identify: identifyOperator,

  readParams: ({ query }) =>
    crawlOverview.toAsked({
      query: query.get("query") ?? undefined,
      list: query.get("list") ?? undefined,
      after: query.get("after") ?? undefined,
    }),

  handle: crawlOverview.run,

  render: (view, { config }) => pageReply({ config }, operatorPage(view)),
});
