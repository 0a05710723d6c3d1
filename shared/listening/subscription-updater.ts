import { sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast, podcast } from "../db/schema.ts";
import { notFound } from "../errors.ts";
import { findPodcasts } from "../podcasts/find-podcasts.ts";
import { isVisible } from "../podcasts/visible.ts";
import { findAccountPodcasts } from "./find-account-podcasts.ts";

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

export type Subscription = { accountId: number; podcastId: number; isSubscribed: boolean };

/**
 * Subscribes an account to a podcast that it may see, or ends its subscription; the row stays, with what is older than the
 * change. @returns undefined where nothing changed
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

// Of an account that is subscribed: it may see the podcast.
function unsubscribe(podcastId: number) {
  return sql`
    update account_podcast old set
      unsubscribed_at = podcore_now(), sequence = locked.sequence, updated_at = podcore_now()
    from locked
    where old.account_id = locked.id and old.podcast_id = ${podcastId}::bigint
      and old.subscribed_at is not null and old.unsubscribed_at is null
    returning old.*`;
}
