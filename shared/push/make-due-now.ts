import type { Context } from "../context.ts";
import { makeDueByPush } from "../crawl/push/make-due.ts";
import type { pushedCrawl } from "../crawl/push/pushed-crawl.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";

/**
 * Makes a podcast due, and has it crawled at once if its host can soon be asked. No transaction: a podcast without its job
 * is crawled by the next tick.
 */
export async function makeDueNow(ctx: Context, podcastId: number): Promise<void> {
  if (!(await makeDueByPush(ctx.db, podcastId))) return;
  await enqueueJob<typeof pushedCrawl>(ctx.db, { name: "pushed_crawl", args: { podcastId } });
  workerWaker.run(ctx);
}
