import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText } from "../../shared/json.ts";
import * as crawlOverview from "../../shared/operator/crawl-overview.ts";

/**
 * Counts the podcasts, hosts and jobs that an operator may want to look at. With `list` it lists those of one count, 50 at
 * a time (`after`), with `query` the podcasts of a title, a feed's URL, a host or an id.
 */
export default adminFunction<crawlOverview.Asked, crawlOverview.CrawlOverview>({
  readParams(data) {
    const fields = readFields(data);
    const optional = (name: string) => (fields[name] === undefined ? undefined : readText(fields, name));
    return crawlOverview.toAsked({ query: optional("query"), list: optional("list"), after: optional("after") });
  },
  run: crawlOverview.run,
});
