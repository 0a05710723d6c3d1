import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { maxInflatedBytes } from "../feed/inflated-body.ts";
import { readFeed } from "../feed/read-feed.ts";
import { toCountFields } from "../log/counts.ts";
import { withContext } from "../log/log.ts";
import type { Claim } from "../sql/claim-due-podcasts.ts";
import { findNewestFeedContent } from "../sql/find-newest-feed-content.ts";
import { listPodcastsWithContent } from "../sql/list-podcasts-with-content.ts";
import { LeaseLostError } from "../sql/lock-lease.ts";
import { releaseLease } from "../sql/release-lease.ts";
import { giveBack, isDatabaseFault } from "./database-fault.ts";
import * as feedStorer from "./feed-storer.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import { whileReading } from "./reading-room.ts";

export type ReingestResult = {
  /** Read and stored again, whether or not a row had to be written for it. */
  numReingested: number;
  numFailed: number;
  /** Left alone, because a crawler was at them. */
  numHeld: number;
  /** The last podcast handled, where time was up before all were: what the next call goes on after. */
  afterId?: number;
};
type Params = { budgetMs: number; podcastId: number | undefined; afterId: number | undefined };

// Ids only: what is held of a page is next to nothing, and what was added meanwhile is seen.
const PAGE_SIZE = 100;

/**
 * Reads the newest raw feed of every podcast behind `afterId` again, or that of `podcastId` alone, and stores what
 * today's code makes of it: rows that are as they should be are not written, and nobody's host is asked. When the next
 * crawl is due, and with which validators, stays as it was. Ends with the podcast at which `budgetMs` is used up.
 *
 * @throws UserError 404 where `podcastId` is no podcast of which a raw feed is stored
 */
export async function run(ctx: Context, { budgetMs, podcastId, afterId = 0 }: Params): Promise<ReingestResult> {
  const result: ReingestResult = { numReingested: 0, numFailed: 0, numHeld: 0 };
  const deadlineMs = performance.now() + budgetMs;
  const mayGoOn = () => performance.now() < deadlineMs && !ctx.draining.aborted && !ctx.signal.aborted;
  let lastId = afterId;
  let ids = await listPodcastsWithContent(ctx.db, { limit: PAGE_SIZE, afterId, podcastId });
  if (podcastId !== undefined && ids.length === 0) throw notFound("podcast", podcastId);
  while (ids.length > 0) {
    for (const id of ids) {
      result[await withContext({ podcast_id: id }, () => reingest(ctx, id))] += 1;
      lastId = id;
      // Asked only now, so that however small the budget is, the next call starts further on.
      if (!mayGoOn()) return finish(ctx, { ...result, afterId: lastId });
    }
    ids = await listPodcastsWithContent(ctx.db, { limit: PAGE_SIZE, afterId: lastId, podcastId });
  }
  return finish(ctx, result);
}

async function reingest(ctx: Context, podcastId: number): Promise<"numReingested" | "numFailed" | "numHeld"> {
  return (await podcastClaimer.run(ctx, { podcastId, work: (claim) => storeAgain(ctx, claim) })) ?? "numHeld";
}

async function storeAgain(ctx: Context, claim: Claim): Promise<"numReingested" | "numFailed" | "numHeld"> {
  try {
    await store(ctx, claim);
    return "numReingested";
  } catch (cause) {
    ctx.signal.throwIfAborted();
    if (isDatabaseFault(cause)) throw cause;
    if (cause instanceof LeaseLostError) return "numHeld";
    ctx.log.error("Cannot reingest podcast", { cause });
    return "numFailed";
  } finally {
    await giveBack(ctx, () => releaseLease(ctx.detachedDb, claim));
  }
}

async function store(ctx: Context, claim: Claim): Promise<void> {
  const content = await findNewestFeedContent(ctx.db, claim.podcastId);
  if (content === undefined) throw new Error(`Cannot reingest podcast "${claim.podcastId}": its raw feed is gone`);
  const { body, contentType, baseUrl } = content;
  const { numInserted, numUpdated, numSkipped } = await whileReading(maxInflatedBytes(body), async () => {
    const feed = await readFeed({ body, contentType, url: baseUrl, signal: ctx.signal });
    return feedStorer.restore(ctx, { feed, claim });
  });
  ctx.log.info("Podcast reingested", {
    num_inserted: numInserted,
    num_updated: numUpdated,
    num_skipped: numSkipped,
  });
}

function finish(ctx: Context, result: ReingestResult): ReingestResult {
  ctx.log.info("Reingest finished", toCountFields(result));
  return result;
}
