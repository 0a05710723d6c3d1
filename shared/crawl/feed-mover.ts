import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import { findPathToken } from "../fetch/path-token.ts";
import { redactPaths } from "../fetch/redact.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import { withinFeedMemory } from "./feed-memory.ts";
import { RetrievalError, read, retrieve } from "./feed-retriever.ts";
import { findTakedownOfFeed } from "./find-takedown-of-feed.ts";
import { takeHostTurn } from "./hosts/take-host-turn.ts";
import { isMovedShow } from "./identity/compare-shows.ts";
import { findStoredShow } from "./identity/find-stored-show.ts";
import { mergePodcasts } from "./identity/podcast-merger.ts";
import { lockCrawl } from "./lock-lease.ts";

type Move = {
  claim: Claim;
  /** Where every hop of the crawl's redirects permanently led to (301 or 308, RFC 9110 15.4.2). */
  permanentUrl: string | undefined;
  /** Where the feed says that it moves to (itunes:new-feed-url). */
  newFeedUrl: string | undefined;
};

/**
 * Records that a crawl was told of a feed's new URL, after it has found the same show. Makes that the feed's URL once it
 * was told often and long enough, so that a host that is broken or hijacked for a day moves no feed. A URL that carries
 * a secret stays as its owner entered it. What is told by the feed is followed only if the same show is there.
 *
 * A 304 behind a redirect counts as well: only the URL that sent the stored feed is asked conditionally.
 */
export async function run(ctx: Context, { claim, permanentUrl, newFeedUrl }: Move): Promise<void> {
  const redirectUrl = usableUrl(claim.feedUrl, permanentUrl);
  const movedToUrl = redirectUrl ?? usableUrl(claim.feedUrl, newFeedUrl);
  if (movedToUrl === undefined && claim.movedToUrl === undefined) return;
  const isSettled = await recordMove(ctx.db, claim, movedToUrl);
  if (!isSettled || movedToUrl === undefined) return;
  if (redirectUrl !== undefined) {
    await move(ctx, { claim, feedUrl: redirectUrl, isUnread: false });
    return;
  }
  const isThere = await isShowAt(ctx, { claim, feedUrl: movedToUrl });
  if (isThere) await move(ctx, { claim, feedUrl: movedToUrl, isUnread: true });
  // Observed anew, so that the wrong place is not asked with each crawl.
  else if (isThere === false) await recordMove(ctx.db, claim, undefined);
}

/** Observes a move from the start: the crawl has found another show. */
export async function forget(ctx: Context, { claim }: { claim: Claim }): Promise<void> {
  if (claim.movedToUrl !== undefined) await recordMove(ctx.db, claim, undefined);
}

// A 410 says that the feed is gone for good (RFC 9110 15.5.11). A 404 may be a mistake: the third comes after two days.
const NUM_NOT_FOUND = 3;
// Of any other failure, such as a host that is gone: after about five days of back-off.
const NUM_FAILURES = 10;

type Gone = { claim: Claim; status: number | undefined; numFailures: number };

/** Follows a feed's own word to its new URL at once if the old one is gone, and the same show is at the new one. */
export async function followWhenGone(ctx: Context, { claim, status, numFailures }: Gone): Promise<void> {
  const isGone = status === 410 || numFailures >= (status === 404 ? NUM_NOT_FOUND : NUM_FAILURES);
  const feedUrl = isGone ? usableUrl(claim.feedUrl, claim.newFeedUrl) : undefined;
  if (feedUrl !== undefined && (await isShowAt(ctx, { claim, feedUrl })))
    await move(ctx, { claim, feedUrl, isUnread: true });
}

// With a request a second, a few wait for one host. More are left to their next crawls.
const MAX_WAIT_MS = 4_000;

/**
 * Fetches the feed that a podcast is said to move to, and compares it. False if it cannot be read. Undefined if its host
 * pauses or is busy: any feed can name it.
 */
async function isShowAt(
  ctx: Context,
  { claim, feedUrl }: { claim: Claim; feedUrl: string },
): Promise<boolean | undefined> {
  const waitMs = await takeHostTurn(ctx.db, { host: hostKeyOf(feedUrl), withinMs: MAX_WAIT_MS });
  if (waitMs === undefined) return undefined;
  await sleep(waitMs, undefined, { signal: ctx.signal });
  try {
    const { reply } = await retrieve(ctx, { url: feedUrl, isPrivate: claim.isPrivate });
    const urls = [feedUrl, ...reply.redirects.map(({ url }) => url)];
    if ((await findTakedownOfFeed(ctx.db, urls)) !== undefined) return false;
    const stored = await findStoredShow(ctx.db, claim.podcastId);
    const isSame = await withinFeedMemory({ numBytes: maxInflatedBytes(reply.body), signal: ctx.signal }, async () => {
      const feed = await read(ctx, reply);
      return stored !== undefined && (await isMovedShow(stored, feed));
    });
    if (!isSame) ctx.log.warn("Feed not moved: another show is at its new URL", { feed_url: shown(claim, feedUrl) });
    return isSame;
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    ctx.log.info("Feed not moved: its new URL cannot be read", { reason: error.message });
    return false;
  }
}

type Target = {
  claim: Claim;
  feedUrl: string;
  /** The crawl has not read its content from there. */
  isUnread: boolean;
};

async function move(ctx: Context, { claim, feedUrl, isUnread }: Target): Promise<void> {
  const { podcastId, leaseToken, isPrivate } = claim;
  const ownerId = await moveFeedLocation(ctx.db, { podcastId, leaseToken, feedUrl, isUnread });
  if (ownerId === undefined) {
    ctx.log.info("Feed not moved: its podcast was claimed, blocked or merged in the meantime");
    return;
  }
  if (ownerId === podcastId) {
    ctx.log.info("Feed moved", { feed_url: shown(claim, feedUrl) });
    return;
  }
  // Two podcasts have become one feed. The one at the new URL stays.
  const merged = isPrivate ? undefined : await mergePodcasts(ctx, { winnerId: ownerId, loserId: podcastId });
  if (merged?.kind !== "merged")
    ctx.log.warn("Feed not moved: another podcast has that URL", { feed_url: shown(claim, feedUrl) });
}

function shown({ isPrivate }: Claim, url: string): string {
  return isPrivate ? redactPaths(url) : url;
}

function usableUrl(feedUrl: string, target: string | undefined): string | undefined {
  if (target === undefined || [feedUrl, target].some(carriesSecret)) return undefined;
  // The feed's URL is public, so it must not become one that may be a subscriber's own.
  if (findPathToken(target) !== undefined && findPathToken(feedUrl) === undefined) return undefined;
  // The way back from https is never taken for good.
  if (feedUrl.startsWith("https:") && target.startsWith("http:")) return undefined;
  try {
    const url = normalizeFeedUrl(target);
    return url === feedUrl ? undefined : url;
  } catch {
    return undefined;
  }
}

type LocationMove = Pick<Target, "feedUrl" | "isUnread"> & {
  podcastId: number;
  /** Of the claim whose crawl moves the feed. Without one, any crawl in flight ends: it goes by the old URL. */
  leaseToken?: number;
};

/**
 * Makes `feedUrl` the current URL of a podcast's feed. The podcast stays known by the previous URL; another show that was
 * found there is forgotten. If nothing was read from the new URL, the podcast is due, without the validators of the old one.
 *
 * @returns the podcast that has the URL then. If it is another one, nothing was changed; nor if it is undefined: the podcast
 * was taken down or merged, or the lease was lost
 */
export async function moveFeedLocation(
  db: Database,
  { podcastId, leaseToken, feedUrl, isUnread }: LocationMove,
): Promise<number | undefined> {
  return db.repeatable.transaction(async (tx) => {
    // Before the locations, in the same order as storing a feed.
    if (!(await lockCrawl(tx, { podcastId, leaseToken }))) return undefined;
    await tx.repeatable.execute(sql`
      insert into podcast_feed_location (podcast_id, feed_url, is_current)
      values (${podcastId}::bigint, ${feedUrl}::text, false) on conflict (feed_url) do nothing`);
    const [owner] = await tx.repeatable.execute<{ podcast_id: string }>(sql`
      select podcast_id from podcast_feed_location where feed_url = ${feedUrl}::text`);
    const ownerId = Number(owner?.podcast_id);
    if (ownerId !== podcastId) return ownerId;
    await tx.repeatable.execute(sql`
      update podcast_feed_location set is_current = false where podcast_id = ${podcastId}::bigint and is_current`);
    await tx.repeatable.execute(
      sql`update podcast_feed_location set is_current = true where feed_url = ${feedUrl}::text`,
    );
    await tx.repeatable.execute(sql`
      delete from podcast_quarantine where podcast_id = ${podcastId}::bigint and decision is null`);
    // Its pages are at the old address.
    await tx.repeatable.execute(sql`delete from podcast_pages where podcast_id = ${podcastId}::bigint`);
    await tx.repeatable.execute(sql`
      update podcast_crawl set host = ${hostKeyOf(feedUrl)}::text, moved_to_url = null, moved_since = null, moved_identity = null, num_moves_seen = 0
        ${leaseToken === undefined ? sql`, lease_token = lease_token + 1, lease_expires_at = null` : sql``}
        ${isUnread ? sql`, etag = null, last_modified = null, due_at = podcore_now(), gone_at = null, num_failures = 0` : sql``}
      where podcast_id = ${podcastId}::bigint`);
    return ownerId;
  });
}

// A mistaken redirect, or one by a person who took over the domain, rarely lasts a week.
const SETTLED_AFTER = "7 days";
// Requires five sightings, since a week without crawls proves nothing.
const NUM_SEEN = 5;

/**
 * Records the permanent redirect that a crawl saw, or undefined if it saw none. A different target, or a different
 * show, starts the count anew.
 *
 * @returns true if the move is settled: same target and same show, at least five times over at least a week
 */
export async function recordMove(db: Database, claim: Claim, movedToUrl: string | undefined): Promise<boolean> {
  const isSame = sql`c.moved_to_url is not distinct from ${movedToUrl ?? null}::text
    and c.moved_identity is not distinct from ${claim.identity}::text`;
  const [row] = await db.once.execute<{ is_settled: boolean }>(sql`
    update podcast_crawl c set
      moved_to_url = ${movedToUrl ?? null}::text,
      moved_identity = case when ${movedToUrl ?? null}::text is not null then ${claim.identity}::text end,
      moved_since = case when ${movedToUrl ?? null}::text is null then null
        when ${isSame} then c.moved_since else podcore_now() end,
      num_moves_seen = case when ${movedToUrl ?? null}::text is null then 0
        when ${isSame} then c.num_moves_seen + 1 else 1 end
    from podcast p
    where c.podcast_id = ${claim.podcastId}::bigint and c.lease_token = ${claim.leaseToken}::bigint and p.id = c.podcast_id
    returning c.num_moves_seen >= ${NUM_SEEN}::int
      and c.moved_since <= podcore_now() - ${SETTLED_AFTER}::interval
      and coalesce(p.podcast_guid, p.title) = c.moved_identity as is_settled`);
  return row?.is_settled ?? false;
}
