import { sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { accountPodcast } from "../db/schema.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests, UserError } from "../errors.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import * as fileRequester from "../podcasts/files/file-requester.ts";
import * as podcastAdder from "../podcasts/podcast-adder.ts";
import * as privacyJudge from "../podcasts/privacy-judge.ts";

// More than a listener follows in a day; importing a list of hundreds takes a few days.
const DAY_LIMIT: RateLimit = { kind: "podcast-add", max: 50, windowSeconds: 24 * 60 * 60 };
// Room for a few typing errors. An account that continues is probing hosts, not adding podcasts.
const FAILURE_LIMIT: RateLimit = { kind: "podcast-add-failure", max: 10, windowSeconds: 10 * 60 };

type Params = { accountId: number; url: string; isPrivate: boolean | undefined };

/**
 * Adds the podcast at a URL for an account, and subscribes the account to it. If the URL is known already, makes no
 * requests and counts nothing. If that podcast is private and stays so (`settlePrivacy`), the account becomes one that
 * has added it, since it knows the URL.
 *
 * @throws UserError as podcastAdder does; 429 if the account has added or failed too often
 */
export async function run(ctx: Context, { accountId, url, isPrivate }: Params): Promise<podcastAdder.AddResult> {
  const params = { accountId, url, isPrivate };
  const add = () => podcastAdder.run(ctx, params);
  const result = (await podcastAdder.findKnown(ctx, params)) ?? (await withinLimits(ctx, { ...params, add }));
  const { podcastId } = result;
  await step(ctx.log, "record_added_podcast", () => recordAddedPodcast(ctx.db, { accountId, podcastId }));
  await fileRequester.follow(ctx, { podcastId });
  return result;
}

type Limited = Params & { add: () => Promise<podcastAdder.AddResult> };

/**
 * Counts each attempt first and gives it back afterwards if it should not count, so that parallel attempts cannot
 * exceed a limit.
 */
async function withinLimits(
  ctx: Context,
  { accountId, url, isPrivate, add }: Limited,
): Promise<podcastAdder.AddResult> {
  const subject = String(accountId);
  const hidesPath = privacyJudge.hidesPath({ feedUrl: normalizeFeedUrl(url), isPrivate });
  const shown = redactUrl(url, { isPrivate: hidesPath });
  const take = async (limit: RateLimit, what: string) => {
    const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, { ...limit, subject });
    if (!isAllowed) throw tooManyRequests(`Cannot add "${shown}": ${what}`, retryAfterSeconds);
  };
  const giveBack = (limit: RateLimit) => refundRateLimit(ctx.detachedDb, { ...limit, subject });

  await take(
    FAILURE_LIMIT,
    `${FAILURE_LIMIT.max} other attempts by this account have just failed or are still in progress`,
  );
  await take(DAY_LIMIT, `an account can add ${DAY_LIMIT.max} new podcasts a day`).catch(async (error: unknown) => {
    await giveBack(FAILURE_LIMIT);
    throw error;
  });
  try {
    const result = await add();
    await giveBack(FAILURE_LIMIT);
    return result;
  } catch (error) {
    // An attempt that added nothing does not count as a new podcast.
    await giveBack(DAY_LIMIT);
    if (!(error instanceof UserError) || error.status >= 500) await giveBack(FAILURE_LIMIT);
    throw error;
  }
}

/**
 * Records that an account added a podcast by its feed's URL, and subscribes the account. Keeps earlier dates of both.
 */
async function recordAddedPodcast(
  db: Database,
  { accountId, podcastId }: { accountId: number; podcastId: number },
): Promise<void> {
  const write = sql`
    insert into account_podcast as old (account_id, podcast_id, added_at, subscribed_at, sequence)
    select locked.id, ${podcastId}::bigint, podcore_now(), podcore_now(), locked.sequence from locked
    on conflict on constraint account_podcast_account_id_podcast_id_unique do update set
      added_at = coalesce(old.added_at, excluded.added_at),
      subscribed_at = case when old.unsubscribed_at is null then coalesce(old.subscribed_at, excluded.subscribed_at)
        else excluded.subscribed_at end,
      unsubscribed_at = null, sequence = excluded.sequence, updated_at = podcore_now()
    where old.added_at is null or old.subscribed_at is null or old.unsubscribed_at is not null
    returning old.*`;
  await changeAccount(db, { accountId, table: accountPodcast, write });
}
