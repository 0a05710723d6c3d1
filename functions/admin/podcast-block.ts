import { missingParameter } from "../../shared/errors.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText, readWhich } from "../../shared/json.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";

/** Takes down the podcast `podcastId`, or the one at the feed URL `url`. Subscribers see the `reason`. */
export default adminFunction({
  readParams(data) {
    const fields = readFields(data);
    const reason = readText(fields, "reason").trim();
    if (reason === "") throw missingParameter("reason");
    return { which: readWhich(fields), reason };
  },
  run: podcastBlocker.block,
});
