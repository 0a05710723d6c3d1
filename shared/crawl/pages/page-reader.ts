import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../../context.ts";
import { UserError } from "../../errors.ts";
import { type Feed, LIMITS } from "../../feed/model.ts";
import { maxInflatedBytes } from "../../feed/xml/inflated-body.ts";
import { hostKeyOf } from "../../fetch/feed-hosts.ts";
import { enqueueJob } from "../../jobs/enqueue-job.ts";
import { type UpsertResult, upsertEpisodes } from "../episodes/upsert-episodes.ts";
import { withinFeedMemory } from "../feed-memory.ts";
import { RetrievalError, read, retrieve } from "../feed-retriever.ts";
import { findTakedownOfFeed } from "../find-takedown-of-feed.ts";
import { takeHostTurn } from "../hosts/take-host-turn.ts";
import { compareShows } from "../identity/compare-shows.ts";
import { findStoredShow } from "../identity/find-stored-show.ts";
import { lockCrawl } from "../lock-lease.ts";
import { HostBusyError, isPassing } from "../passing-failure.ts";
import { withFeedCredentials } from "../with-feed-credentials.ts";
import { advance, endPages, findNextPage, type NextPage, pageKey } from "./next-page.ts";
import type { pagesJob } from "./pages-job.ts";

// Then another job continues, so that ticks end in time and other jobs get their turn.
const BUDGET_MS = 3_000;
const MAX_WAIT_MS = 2_000;
// All pages of a podcast together. The largest real feed has 16 MB.
const MAX_BYTES = 128 * 1_048_576;
// Then the host has been down or busy for too long. A reader can ask again.
const PATIENCE_MS = 24 * 3_600_000;

/**
 * Reads the requested pages of a feed one after the other, each in its host's turn, and stores each before it reads the
 * next. So a page that fails costs only the ones after it. Ends at the last page, at one without episodes, of another
 * show, or that was read before, and when a limit is reached.
 *
 * @throws UserError 503 if the job is to be tried again: the host is busy, down or pauses
 */
export async function run(ctx: Context, { podcastId }: { podcastId: number }): Promise<void> {
  const mayGoOn = ctx.until(BUDGET_MS);
  for (;;) {
    const page = await findNextPage(ctx.db, podcastId);
    const outcome: Outcome = page === undefined ? { kind: "end", isLast: false } : await readPage(ctx, page);
    if (outcome.kind === "end") {
      await endPages(ctx.db, { podcastId, ...outcome });
      ctx.log.info("Feed pages read", { podcast_id: podcastId, num_pages: page?.numPages, reason: outcome.error });
      return;
    }
    if (mayGoOn()) continue;
    await enqueueJob<typeof pagesJob>(ctx.db, { name: "feed_pages", args: { podcastId } });
    return;
  }
}

type Outcome =
  | { kind: "read" }
  /** `isLast`: no page follows that can be read. */
  | { kind: "end"; isLast: boolean; error?: string };

function last(error?: string): Outcome {
  return { kind: "end", isLast: true, ...(error !== undefined && { error }) };
}

async function readPage(ctx: Context, page: NextPage): Promise<Outcome> {
  if (page.numPages >= page.maxPages) return { kind: "end", isLast: false };
  if (page.numBytes >= MAX_BYTES) return last(`The pages have ${MAX_BYTES} bytes together`);
  if (page.numEpisodes >= LIMITS.episodes) return last(`There are ${LIMITS.episodes} episodes`);
  if (page.seen.includes(pageKey(page.url))) return last("The pages link to each other in a circle");
  try {
    return await fetchAndStore(ctx, page);
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    const { status, message } = error;
    if (isPassing(error) && page.requestedMs < PATIENCE_MS) throw new UserError(503, message);
    // Some hosts have no page after the last one, but link to it.
    return { kind: "end", isLast: status === 404 || status === 410, error: message };
  }
}

async function fetchAndStore(ctx: Context, page: NextPage): Promise<Outcome> {
  const { podcastId, feedUrl, isPrivate, numSubscribers } = page;
  const host = hostKeyOf(page.url);
  const waitMs = await takeHostTurn(ctx.db, { host, withinMs: MAX_WAIT_MS });
  if (waitMs === undefined) throw new HostBusyError(host);
  await sleep(waitMs, undefined, { signal: ctx.signal });
  const { reply } = await retrieve(ctx, { url: withFeedCredentials(page.url, feedUrl), isPrivate, numSubscribers });
  const urls = [page.url, ...reply.redirects.map(({ url }) => url)];
  if ((await findTakedownOfFeed(ctx.db, urls)) !== undefined)
    return last("The page is of a podcast that the operator has taken down");
  return withinFeedMemory({ numBytes: maxInflatedBytes(reply.body), signal: ctx.signal }, async () => {
    const feed = await read(ctx, reply);
    if (feed.episodes.length === 0) return last();
    const stored = await findStoredShow(ctx.db, podcastId);
    if (stored === undefined || (await compareShows(stored, feed)) !== "same")
      return last("The page is of another show");
    const result = await store(ctx, { page, feed, numBytes: reply.body.length });
    // Stored by another worker, or by this one, whose reply of the commit was lost. Or the podcast is gone.
    if (result === undefined) return { kind: "read" };
    ctx.log.info("Feed page read", {
      podcast_id: podcastId,
      // The first page is read by the crawl.
      page: page.numPages + 2,
      num_inserted: result.numInserted,
      num_updated: result.numUpdated,
    });
    return feed.nextPageUrl === undefined ? last() : { kind: "read" };
  });
}

type Read = { page: NextPage; feed: Feed; numBytes: number };

/** Stores a page's episodes in one transaction. @returns undefined if the podcast is gone, or the page was stored already */
async function store(ctx: Context, { page, feed, numBytes }: Read): Promise<UpsertResult | undefined> {
  const { podcastId, oldestAt } = page;
  return ctx.db.repeatable.transaction(async (tx) => {
    // In the same order as storing a feed, which it excludes for that time.
    if (!(await lockCrawl(tx, { podcastId, leaseToken: undefined }))) return undefined;
    if (!(await advance(tx, page, { nextUrl: feed.nextPageUrl, numBytes }))) return undefined;
    // Without dates, the page's episodes are older than all others.
    const older = { ...feed, publishedAt: oldestAt && new Date(oldestAt.getTime() - 1_000) };
    return upsertEpisodes(tx, { podcastId, feed: older, isLaterPage: true });
  });
}
