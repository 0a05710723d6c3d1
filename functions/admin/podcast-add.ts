import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText } from "../../shared/http/read-fields.ts";
import * as podcastAdder from "../../shared/mediators/podcast-adder.ts";

/** Adds the podcast at `url`, a feed's, and tells what was found. */
export default adminFunction({
  openFetch,
  readParams: (data) => ({ url: readText(readFields(data), "url") }),
  run: podcastAdder.run,
});
