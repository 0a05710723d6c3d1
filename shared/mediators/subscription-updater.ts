import type { Context } from "../context.ts";
import type { AccountPodcast } from "../db/schema.ts";
import { notFound } from "../errors.ts";
import { findAccountPodcasts } from "../sql/find-account-podcasts.ts";
import { findPodcasts } from "../sql/find-podcasts.ts";
import { type Subscription, setSubscription } from "../sql/set-subscription.ts";

/**
 * Subscribes an account to a podcast, or ends its subscription. What it has played is kept, for when it comes back.
 *
 * @returns undefined where the account was never subscribed and is not to be
 * @throws UserError 404 for a podcast that the account may not see, too; one that it has left may be left again
 */
export async function run(ctx: Context, params: Subscription): Promise<AccountPodcast | undefined> {
  const changed = await setSubscription(ctx.db, params);
  if (changed !== undefined) return changed;

  const { accountId, podcastId, isSubscribed } = params;
  const [known, visible] = await Promise.all([
    findAccountPodcasts(ctx.db, { accountId, podcastIds: [podcastId] }),
    findPodcasts(ctx.db, { accountId, ids: [podcastId] }),
  ]);
  const held = known.get(podcastId);
  // Who is to be subscribed, may be, and is not, is an account that was removed meanwhile.
  const isThere = isSubscribed
    ? visible.has(podcastId) && held !== undefined
    : visible.has(podcastId) || held !== undefined;
  if (!isThere) throw notFound("podcast", podcastId);
  if (held === undefined || held.subscribedAt === null) return undefined;
  return (held.unsubscribedAt === null) === isSubscribed ? held : undefined;
}
