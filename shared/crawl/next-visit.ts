import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import type { Feed } from "../feed/model.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import { addArrivals, visitAfterFailure, visitAfterSuccess } from "./crawl-schedule.ts";
import { pushedVisit } from "./push/pushed-visit.ts";
import type { CrawlFailure, CrawlSuccess } from "./record-crawl.ts";
import { NUM_ARRIVALS } from "./schedule/rhythm.ts";
import { MAX_DELAY_MS } from "./schedule/wishes.ts";

type NextVisit = Omit<CrawlSuccess, "isChanged" | "etag" | "lastModified" | "validatorsUrl">;

/** Returns when to crawl a claimed podcast again if nothing of the reply is stored, and what to remember for that. */
export async function nextVisit(
  ctx: Context,
  { claim, reply }: { claim: Claim; reply: FetchReply },
): Promise<NextVisit> {
  const visitOnceStored = await planNextVisit(ctx, { claim, reply });
  return visitOnceStored([]);
}

/**
 * Prepares the next visit to a claimed podcast whose feed is about to be stored. Returns a function that decides it from
 * the dates of the episodes that are inserted. Without a feed, what is stored of it still holds.
 */
export async function planNextVisit(
  ctx: Context,
  { claim, reply, feed }: { claim: Claim; reply: FetchReply; feed?: Feed },
): Promise<(insertedDates: readonly (Date | undefined)[]) => NextVisit> {
  const { claimedAt: now, lastSucceededAt: previousVisitAt } = claim;
  const known = claim.arrivals ?? (await listArrivals(ctx.db, claim.podcastId));
  const hints = feed?.updateHints ?? claim.hints ?? {};
  const maxAgeMs = maxAgeOf(reply, claim);
  // What is stored already is not written again.
  const isNews = feed !== undefined || claim.arrivals === undefined;
  return (insertedDates) => {
    const arrivals = addArrivals(known, { insertedDates, previousVisitAt, now });
    const planned = visitAfterSuccess({ arrivals, hints, maxAgeMs, now, random: Math.random() });
    const visit = pushedVisit(planned, { ...claim, numInserted: insertedDates.length });
    return {
      ...visit,
      ...shownOf(reply, claim),
      maxAgeMs,
      ...(isNews && { arrivals, hints: feed?.updateHints }),
    };
  };
}

/** Returns when to crawl a podcast again that is being added. */
export function firstVisit(
  ctx: Context,
  { reply, feed, isPrivate }: { reply: FetchReply; feed: Feed; isPrivate: boolean },
): NextVisit {
  const now = ctx.now();
  const insertedDates = feed.episodes.map(({ publishedAt }) => publishedAt);
  const arrivals = addArrivals([], { insertedDates, previousVisitAt: undefined, now });
  const hints = feed.updateHints;
  const maxAgeMs = maxAgeOf(reply, { maxAgeMs: undefined });
  const visit = visitAfterSuccess({ arrivals, hints, maxAgeMs, now, random: Math.random() });
  return { ...visit, ...shownOf(reply, { isPrivate }), maxAgeMs, arrivals, hints };
}

/** Returns when to crawl a podcast again whose crawl failed: with a reply that is no feed, or without one. */
export function failedVisit(claim: Claim, reply: FetchReply | undefined): Omit<CrawlFailure, "error" | "isGone"> {
  const visit = visitAfterFailure({
    status: reply?.status,
    retryAfterMs: reply?.retryAfterMs,
    numFailures: claim.numFailures + 1,
    hints: claim.hints ?? {},
    now: claim.claimedAt,
    random: Math.random(),
  });
  return { ...visit, ...(reply !== undefined && shownOf(reply, claim)) };
}

/** RFC 9111 4.3.4: a 304 that says nothing about it leaves the stored reply as fresh as it was. */
function maxAgeOf({ status, headers, cacheMaxAgeMs }: FetchReply, stored: Pick<Claim, "maxAgeMs">): number | undefined {
  const isSilent = headers["cache-control"] === undefined && headers.expires === undefined;
  const maxAgeMs = status === 304 && isSilent ? stored.maxAgeMs : cacheMaxAgeMs;
  return maxAgeMs === undefined ? undefined : Math.min(maxAgeMs, MAX_DELAY_MS);
}

/** Tells which host answered. Keeps nothing of a redirect but its host: paths and queries may be secret. The hosts of a private feed may be too. */
function shownOf({ status, redirects, url }: FetchReply, { isPrivate }: Pick<Claim, "isPrivate">) {
  const hops = redirects.map((redirect) => ({ status: redirect.status, host: new URL(redirect.url).host }));
  return { status, redirects: isPrivate || hops.length === 0 ? undefined : hops, host: hostKeyOf(url) };
}

/** Lists when a podcast's newest episodes were published, for podcasts stored before that was kept with the crawl. */
async function listArrivals(db: Database, podcastId: number): Promise<Date[]> {
  const rows = await db.repeatable.execute<{ at: number }>(sql`
    select extract(epoch from published_at)::float8 as at from episode
    where podcast_id = ${podcastId}::bigint and published_at <= podcore_now()
    order by published_at desc nulls first
    limit ${NUM_ARRIVALS}::int`);
  return rows.map(({ at }) => new Date(at * 1_000)).reverse();
}
