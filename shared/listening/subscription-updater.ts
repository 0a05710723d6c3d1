import { sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast, podcast } from "../db/schema.ts";
import { notFound } from "../errors.ts";
import * as fileRequester from "../podcasts/files/file-requester.ts";
import { findPodcasts } from "../podcasts/find-podcasts.ts";
import { isVisible } from "../podcasts/visible.ts";
import { findAccountPodcasts } from "./find-account-podcasts.ts";

/**
 * Subscribes an account to a podcast, or unsubscribes it. Keeps the states of its episodes for a later subscription.
 *
 * @returns undefined if the account is to be unsubscribed and never was subscribed
 * @throws UserError 404 if the podcast does not exist or the account may not see it. Unsubscribing again is not an
 * error
 */
export async function run(ctx: Context, params: Subscription): Promise<AccountPodcast | undefined> {
  const changed = await setSubscription(ctx.db, params);
  if (changed !== undefined) {
    if (params.isSubscribed) await fileRequester.follow(ctx, params);
    return changed;
  }
  const { accountId, podcastId, isSubscribed } = params;
  const [known, visible] = await Promise.all([
    findAccountPodcasts(ctx.db, { accountId, podcastIds: [podcastId] }),
    findPodcasts(ctx.db, { accountId, ids: [podcastId] }),
  ]);
  const held = known.get(podcastId);
  // If the podcast is visible and the subscription is still missing, the account was deleted in the meantime.
  const isFound = isSubscribed
    ? visible.has(podcastId) && held !== undefined
    : visible.has(podcastId) || held !== undefined;
  if (!isFound) throw notFound("podcast", podcastId);
  if (held === undefined || held.subscribedAt === null) return undefined;
  return (held.unsubscribedAt === null) === isSubscribed ? held : undefined;
}

export type Subscription = { accountId: number; podcastId: number; isSubscribed: boolean };

/**
 * Subscribes an account to a podcast that it may see, or unsubscribes it. The row stays, with its older facts. @returns
 * undefined if nothing changed
 */
export async function setSubscription(
  db: Database,
  { accountId, podcastId, isSubscribed }: Subscription,
): Promise<AccountPodcast | undefined> {
  const write = isSubscribed ? subscribe({ accountId, podcastId }) : unsubscribe(podcastId);
  const [row] = await changeAccount(db, { accountId, table: accountPodcast, write });
  return row;
}

function subscribe({ accountId, podcastId }: Omit<Subscription, "isSubscribed">) {
  return sql`
    insert into account_podcast as old (account_id, podcast_id, subscribed_at, sequence)
    select locked.id, ${podcast.id}, podcore_now(), locked.sequence
    from locked, ${podcast}
    where ${podcast.id} = ${podcastId}::bigint and ${isVisible(accountId)}
    on conflict on constraint account_podcast_account_id_podcast_id_unique do update set
      subscribed_at = excluded.subscribed_at, unsubscribed_at = null,
      sequence = excluded.sequence, updated_at = podcore_now()
    where old.subscribed_at is null or old.unsubscribed_at is not null
    returning old.*`;
}

// Needs no visibility check: a subscriber may see the podcast.
function unsubscribe(podcastId: number) {
  return sql`
    update account_podcast old set
      unsubscribed_at = podcore_now(), sequence = locked.sequence, updated_at = podcore_now()
    from locked
    where old.account_id = locked.id and old.podcast_id = ${podcastId}::bigint
      and old.subscribed_at is not null and old.unsubscribed_at is null
    returning old.*`;
}
