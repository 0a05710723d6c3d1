import type { Context } from "../context.ts";
import { badParameter, notFound, notFoundGeneral } from "../errors.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactUrl } from "../fetch/redact.ts";
import { findPodcastIdByFeedUrl } from "../sql/find-feed-location.ts";
import { listHolders, putBackPodcast, takeDownPodcast, touchAccountPodcast } from "../sql/take-down-podcast.ts";

/** The podcast, by its id or by any URL that its feed was found at. */
export type Which = { podcastId: number } | { url: string };
export type BlockResult = { podcastId: number; title: string; numSubscribers: number };

// What podcast.taken_down_reason holds.
const REASON_MAX = 500;

/**
 * Takes a podcast down: it is shown to nobody, not crawled, and cannot be added again; its raw feeds are deleted. Those who
 * are subscribed to it are told its title and the reason. One that was taken down already gets the new reason.
 *
 * @throws UserError 400 for a reason that is too long, 404
 */
export async function block(ctx: Context, { which, reason }: { which: Which; reason: string }): Promise<BlockResult> {
  if (reason.length > REASON_MAX) throw badParameter("reason", `over ${REASON_MAX} characters`);
  const podcastId = await findId(ctx, which);
  const row = await ctx.db.repeatable.transaction((tx) => takeDownPodcast(tx, { podcastId, reason }));
  if (row === undefined) throw notFound("podcast", podcastId);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast blocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

/** Ends a block: the podcast is shown as before, and due for a crawl. @throws UserError 404 where it was not blocked, too */
export async function unblock(ctx: Context, { which }: { which: Which }): Promise<BlockResult> {
  const podcastId = await findId(ctx, which);
  const row = await ctx.db.once.transaction((tx) => putBackPodcast(tx, { podcastId }));
  if (row === undefined) throw notFoundGeneral(`podcast "${podcastId}" is not blocked`);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast unblocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

async function findId({ db }: Context, which: Which): Promise<number> {
  if ("podcastId" in which) return which.podcastId;
  const podcastId = await findPodcastIdByFeedUrl(db, [normalizeFeedUrl(which.url)]);
  if (podcastId === undefined) throw notFoundGeneral(`no podcast has the feed URL "${redactUrl(which.url)}"`);
  return podcastId;
}

/** Account by account, as all changes of accounts are: none waits for the others. */
async function tellSubscribers({ db }: Context, podcastId: number): Promise<number> {
  const accountIds = await listHolders(db, podcastId);
  for (const accountId of accountIds) await touchAccountPodcast(db, { accountId, podcastId });
  return accountIds.length;
}
