import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { UpdateHints } from "../feed/model.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import type { DueReason } from "./crawl-schedule.ts";
import { COALESCED_SECONDS } from "./push/make-due.ts";

/** The next crawl, and what operators see of this one's reply. */
export type Outcome = {
  /** Time until the next crawl. */
  delayMs: number;
  reason?: DueReason | undefined;
  /** Of the last reply, if there was one. */
  status?: number | undefined;
  redirects?: { status: number; host: string }[] | undefined;
  /** The host that answered, after redirects (`hostKeyOf`). It is the one that bears the load of the feed's requests. */
  host?: string | undefined;
};
/** Result of a successful crawl. Unless given, `hints` and `arrivals` stay as they are. */
export type CrawlSuccess = Outcome & {
  isChanged: boolean;
  /** The host answered 304 instead of sending content. */
  isNotModified?: boolean;
  /** The feed was read, and has no title: what was known is kept, and the crawl is flagged. Undefined if it was not read. */
  isUntitled?: boolean;
  etag: string | undefined;
  lastModified: string | undefined;
  /** The URL that sent the validators, after redirects. */
  validatorsUrl?: string | undefined;
  hints?: UpdateHints | undefined;
  arrivals?: readonly Date[] | undefined;
  maxAgeMs?: number | undefined;
};
export type CrawlFailure = Outcome & { error: string; isGone: boolean };

/**
 * Ends a claim with a success, and with it the record of another show at the address. @returns false if the lease was
 * lost; nothing is recorded then
 */
export async function recordCrawlSuccess(db: Database, claim: Claim, success: CrawlSuccess): Promise<boolean> {
  // A push that came during the crawl may be about what the crawl did not see.
  const isPushed = sql`coalesce(pushed_at > ${claim.claimedAt.toISOString()}::timestamptz, false)`;
  const rows = await db.repeatable.execute(sql`
    with ended as (
      delete from podcast_quarantine where podcast_id = ${claim.podcastId}::bigint and decision is null and exists (
        select from podcast_crawl
        where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint)
    )
    update podcast_crawl set
      due_at = podcore_now() + case when ${isPushed} then least(${success.delayMs}::bigint, ${COALESCED_SECONDS * 1_000}::bigint)
        else ${success.delayMs}::bigint end * interval '1 millisecond',
      lease_expires_at = null, num_unfinished = 0,
      last_attempted_at = podcore_now(),
      last_succeeded_at = podcore_now(),
      pushed_at = case when ${isPushed} then podcore_now() else pushed_at end,
      last_changed_at = case when ${success.isChanged}::boolean then podcore_now() else last_changed_at end,
      last_content_at = case when ${success.isNotModified ?? false}::boolean then coalesce(last_content_at, podcore_now())
        else podcore_now() end,
      num_failures = 0, last_error = null, last_error_at = null, gone_at = null,
      hollow_since = ${hollowSince(success)},
      etag = ${success.etag ?? null}::text, last_modified = ${success.lastModified ?? null}::text,
      validators_url = left(${success.validatorsUrl ?? null}::text, 8192),
      hints = coalesce(${jsonOf(success.hints)}::jsonb, hints),
      arrivals = coalesce(${jsonOf(success.arrivals?.map((at) => Math.round(at.getTime() / 1_000)))}::jsonb, arrivals),
      max_age_seconds = ${success.maxAgeMs === undefined ? null : Math.round(success.maxAgeMs / 1_000)}::int,
      ${setOutcome(success, sql`case when ${isPushed} then 'push' else ${success.reason ?? null}::text end`)}
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint
    returning 1`);
  return rows.length > 0;
}

/** A feed that is as it was stored still has no title if it had none then. A hollow one was not stored: it is full again. */
function hollowSince({ isUntitled }: CrawlSuccess) {
  if (isUntitled === undefined) return sql`case when hollow_since <= last_succeeded_at then hollow_since end`;
  return isUntitled ? sql`coalesce(hollow_since, podcore_now())` : sql`null`;
}

/** Ends a claim with a failure, and leaves validators and episodes alone. @returns false if the lease was lost */
export async function recordCrawlFailure(db: Database, claim: Claim, failure: CrawlFailure): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    update podcast_crawl set
      due_at = podcore_now() + ${failure.delayMs}::bigint * interval '1 millisecond',
      lease_expires_at = null, num_unfinished = 0,
      last_attempted_at = podcore_now(),
      num_failures = ${claim.numFailures + 1}::int,
      last_error = left(${failure.error}::text, 2000), last_error_at = podcore_now(),
      gone_at = case when ${failure.isGone}::boolean then coalesce(gone_at, podcore_now()) end,
      ${setOutcome(failure)}
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint
    returning 1`);
  return rows.length > 0;
}

/** What is recorded about crawlers that ended during a podcast's crawl, before the next attempt. */
export type UnfinishedCrawl = Outcome & { error: string };

/**
 * Counts claims that ran out as one failure. The claim continues: if this crawler ends too, the podcast is due only
 * after `delayMs`. The crawl's own result replaces all of this.
 */
export async function recordUnfinishedCrawl(db: Database, claim: Claim, unfinished: UnfinishedCrawl): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_crawl set
      due_at = podcore_now() + ${unfinished.delayMs}::bigint * interval '1 millisecond',
      last_attempted_at = podcore_now(),
      num_failures = ${claim.numFailures + 1}::int,
      last_error = left(${unfinished.error}::text, 2000), last_error_at = podcore_now(),
      ${setOutcome(unfinished)}
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint`);
}

/**
 * The assignments that every end of a crawl makes. They include the host that answered, if one did. A host that is NULL is
 * left to `hostAssigner`: the feed has moved since the claim.
 */
export function setOutcome(
  { reason, status, redirects, host }: Outcome,
  dueReason: SQL = sql`${reason ?? null}::text`,
): SQL {
  return sql`host = case when host is not null then coalesce(${host ?? null}::text, host) end,
      due_reason = ${dueReason}, last_status = ${status ?? null}::int, last_redirects = ${jsonOf(redirects)}::jsonb`;
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
