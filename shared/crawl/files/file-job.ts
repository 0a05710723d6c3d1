import { badParameter } from "../../errors.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import * as fileFetcher from "./file-fetcher.ts";

const HOUR_MS = 3_600_000;

/** Fetches the chapters or the transcript of an episode. `requestFiles` enqueues it. */
export const fileJob = job({
  name: "episode_file",
  // Two files, each with a wait for the host's turn. Also how long a tick waits for work in flight.
  timeoutMs: 35_000,
  // `fileFetcher` ends a job that is a day old. This is for its own defects.
  retry: { forMs: 48 * HOUR_MS, maxDelayMs: 6 * HOUR_MS },
  parse(args) {
    const fields = readFields(args);
    const kind = readText(fields, "kind");
    if (kind !== "chapters" && kind !== "transcript") throw badParameter("kind", `unknown: "${kind.slice(0, 100)}"`);
    return { episodeId: readId(fields, "episodeId"), kind } as const;
  },
  run: (ctx, which) => fileFetcher.run(ctx, which),
});
