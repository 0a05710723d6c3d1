import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readId } from "../../shared/json.ts";
import * as podcastRemover from "../../shared/podcasts/podcast-remover.ts";

/** Removes the podcast `podcastId` with everything stored about it. */
export default adminFunction({
  readParams: (data) => ({ podcastId: readId(readFields(data), "podcastId") }),
  run: podcastRemover.run,
});
