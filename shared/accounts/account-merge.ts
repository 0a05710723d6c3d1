import { enqueueJob } from "../jobs/enqueue-job.ts";
import { job } from "../jobs/job.ts";
import { readFields, readId } from "../json.ts";
import { mergeAccounts } from "./merge-accounts.ts";

// Leaves time for the last batch within the job's deadline.
const BUDGET_MS = 20_000;

/**
 * Merges the rest of the account `fromId`, which a login could not merge at once, into `intoId`. Each batch is its own
 * transaction; the account can change in between. After 20 s, a new job continues.
 */
export const accountMerge = job({
  name: "account_merge",
  // How long a tick waits for work in flight when its budget is used up.
  timeoutMs: 35_000,
  parse(args) {
    const fields = readFields(args);
    return { fromId: readId(fields, "fromId"), intoId: readId(fields, "intoId") };
  },
  async run(ctx, args) {
    const endMs = performance.now() + BUDGET_MS;
    for (let isEnded = false; !isEnded; ) {
      ctx.signal.throwIfAborted();
      isEnded = await ctx.db.repeatable.transaction(async (tx) => {
        const { isDone } = await mergeAccounts(tx, { ...args, isResumed: true });
        const isLate = performance.now() > endMs;
        if (!isDone && isLate) await enqueueJob<typeof accountMerge>(tx, { name: "account_merge", args });
        return isDone || isLate;
      });
    }
  },
});
