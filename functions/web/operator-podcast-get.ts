import { identifyOperator } from "../../shared/auth/identify-operator.ts";
import { httpFunction } from "../../shared/http/function.ts";
import * as crawlReport from "../../shared/operator/crawl-report.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";
import { operatorPodcastPage, type ReportView } from "../../shared/web/pages/operator-podcast-page.ts";

type Params = { podcastId: number; done: string | undefined };

/** What the operator sees of one podcast's crawl, with the buttons that decide about it. */
export default httpFunction<Params, ReportView>({
  identify: identifyOperator,

  readParams: ({ params, query }) => ({
    podcastId: unslugId("id", params.id ?? ""),
    done: query.get("done") ?? undefined,
  }),

  handle: async (ctx, { podcastId, done }) => ({
    report: await crawlReport.run(ctx, { which: { podcastId } }),
    done,
  }),

  render: (view, { config }) => pageReply({ config }, operatorPodcastPage(view)),
});
