import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readWhich } from "../../shared/http/read-fields.ts";
import * as podcastBlocker from "../../shared/mediators/podcast-blocker.ts";

/** Ends the block of the podcast `podcastId`, or of the one at the feed URL `url`. */
export default adminFunction({
  readParams: (data) => ({ which: readWhich(readFields(data)) }),
  run: podcastBlocker.unblock,
});
