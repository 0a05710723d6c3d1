import * as podcastUnmerger from "../../shared/crawl/identity/podcast-unmerger.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readId } from "../../shared/json.ts";

/** Undoes the merge of the podcast `loserId`, within a month. */
export default adminFunction({
  readParams: (data) => ({ loserId: readId(readFields(data), "loserId") }),
  run: podcastUnmerger.run,
});
