import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readWhich } from "../../shared/json.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";

/** Ends the takedown of the podcast `podcastId`, or of the one at the feed URL `url`. */
export default adminFunction({
  readParams: (data) => ({ which: readWhich(readFields(data)) }),
  run: podcastBlocker.unblock,
});
