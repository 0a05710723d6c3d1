import { job } from "../../jobs/job.ts";
import { readFields, readId } from "../../json.ts";
import * as pageReader from "./page-reader.ts";

const HOUR_MS = 3_600_000;

/** Reads the pages of a feed that follow its first one. `requestPages` enqueues it. */
export const pagesJob = job({
  name: "feed_pages",
  // A page begins within 3 s, waits up to 2 s for its turn, and is fetched within 30 s. Also how long a tick waits for work
  // in flight. A page that is being stored then is read again.
  timeoutMs: 35_000,
  // `pageReader` ends a request that is a day old. This is for its own defects.
  retry: { forMs: 48 * HOUR_MS, maxDelayMs: 6 * HOUR_MS },
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  run: (ctx, { podcastId }) => pageReader.run(ctx, { podcastId }),
});
