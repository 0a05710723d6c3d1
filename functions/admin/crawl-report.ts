import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readWhich } from "../../shared/json.ts";
import * as crawlReport from "../../shared/operator/crawl-report.ts";

/** Tells all about the crawl of the podcast `podcastId`, or of the one at the feed URL `url`. */
export default adminFunction({
  readParams: (data) => ({ which: readWhich(readFields(data)) }),
  run: crawlReport.run,
});
