import { limitByAddress } from "../../auth/limit-by-address.ts";
import type { Context } from "../../context.ts";
import { requestEpisodeFiles, requestNewestFiles } from "../../crawl/files/request-files.ts";
import { type RateLimit, takeRateLimit } from "../../db/take-rate-limit.ts";
import * as workerWaker from "../../jobs/worker-waker.ts";
import { isAnyFileWanted } from "./find-episode-files.ts";

const WINDOW_SECONDS = 15 * 60;
// An episode takes up to two files. Listeners open fewer; a program that opens all would make podcore fetch all.
const ACCOUNT_LIMIT: RateLimit = { kind: "episode-files-account", max: 60, windowSeconds: WINDOW_SECONDS };
const NETWORK_LIMIT: RateLimit = { kind: "episode-files", max: 20, windowSeconds: WINDOW_SECONDS };
// Of all visitors without a sign-up, whatever number of networks a program uses. Far fewer requests than a crawl makes.
const VISITORS_LIMIT = { kind: "episode-files-visitors", subject: "all", max: 300, windowSeconds: WINDOW_SECONDS };

/**
 * Has the chapters and the transcript of an episode fetched, because somebody opens it, unless they were fetched lately or
 * the caller has opened too many such episodes. Waits for nothing but the database, and does not fail: who opens an
 * episode reads it, with or without them.
 */
export async function open(ctx: Context, { episodeId }: { episodeId: number }): Promise<void> {
  try {
    if (!(await isAnyFileWanted(ctx.db, { episodeId })) || !(await isAllowed(ctx))) return;
    if ((await requestEpisodeFiles(ctx.db, { episodeId })) > 0) workerWaker.run(ctx);
  } catch (cause) {
    ctx.signal.throwIfAborted();
    ctx.log.warn("Cannot request files", { episode_id: episodeId, reason: String(cause) });
  }
}

/** Has those of the newest episodes fetched, because an account has subscribed to the podcast. */
export async function follow(ctx: Context, { podcastId }: { podcastId: number }): Promise<void> {
  if (await isAllowed(ctx)) await requestNewestFiles(ctx.db, { podcastId });
}

async function isAllowed({ db, config, caller }: Context): Promise<boolean> {
  const { account } = caller;
  // An account without an email address is made with a visitor's first click.
  if (account !== undefined && account.email !== null)
    return (await takeRateLimit(db, { ...ACCOUNT_LIMIT, subject: String(account.id) })).isAllowed;
  const own = await takeRateLimit(db, limitByAddress(NETWORK_LIMIT, { config, caller }));
  return own.isAllowed && (await takeRateLimit(db, VISITORS_LIMIT)).isAllowed;
}
