import type { Context } from "../context.ts";
import type { Feed } from "../feed/model.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { isDatabaseFault, releaseClaim } from "../jobs/database-fault.ts";
import { withContext } from "../log/log.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import { withinFeedMemory } from "./feed-memory.ts";
import * as feedMover from "./feed-mover.ts";
import { RetrievalError, type Retrieved, read, retrieve } from "./feed-retriever.ts";
import * as feedStorer from "./feed-storer.ts";
import { findTakedownOfFeed } from "./find-takedown-of-feed.ts";
import { recordLeft } from "./identity/quarantine.ts";
import * as showJudge from "./identity/show-judge.ts";
import * as twinJoiner from "./identity/twin-joiner.ts";
import { LeaseLostError } from "./lock-lease.ts";
import { failedVisit, nextVisit, planNextVisit } from "./next-visit.ts";
import { chooseHub } from "./push/choose-hub.ts";
import { type CrawlSuccess, recordCrawlFailure, recordCrawlSuccess } from "./record-crawl.ts";
import { releaseLease } from "./release-lease.ts";
import { digestOf, isNewestContent } from "./store-feed-content.ts";
import { validatorsOf } from "./validators-of.ts";

export type UpdateResult =
  | { kind: "unchanged" }
  | ({ kind: "changed" } & feedStorer.StoreResult)
  /** The feed was read but is not the podcast's, or is hollow: nothing of it was stored. */
  | { kind: "left"; verdict: "other" | "hollow" }
  | { kind: "failed"; error: string }
  /** Another crawler claimed the podcast in the meantime, or the crawl was aborted: nothing was recorded. */
  | { kind: "abandoned" };

type Params = {
  claim: Claim;
  /** A reader or the operator asks for it: fetches without validators, unless the host has just sent content. */
  isAsked?: boolean;
  /** Fetches without validators, and stores the content even if its bytes have not changed. */
  isForced?: boolean;
};

/**
 * Crawls one claimed podcast: fetches, stores what changed, and records the result and the next due time.
 *
 * @throws Error if the database is unavailable: releases the claim and counts no failure
 */
export async function run(ctx: Context, params: Params): Promise<UpdateResult> {
  const { claim } = params;
  return withContext({ podcast_id: claim.podcastId }, async () => {
    try {
      return await update(ctx, params).catch((error: unknown) => end(ctx, { claim, error }));
    } catch (error) {
      if (isDatabaseFault(error)) await releaseClaim(ctx, () => releaseLease(ctx.detachedDb, claim));
      throw error;
    }
  });
}

/** Ends a claim whose crawl threw an error. */
async function end(ctx: Context, { claim, error }: { claim: Claim; error: unknown }): Promise<UpdateResult> {
  if (error instanceof LeaseLostError) {
    ctx.log.warn("Lease lost", { lease_token: claim.leaseToken });
    return { kind: "abandoned" };
  }
  if (isDatabaseFault(error)) throw error;
  if (ctx.signal.aborted) {
    await releaseClaim(ctx, () => releaseLease(ctx.detachedDb, claim));
    return { kind: "abandoned" };
  }
  return recordFailure(ctx, { claim, error });
}

async function update(ctx: Context, { claim, isAsked = false, isForced = false }: Params): Promise<UpdateResult> {
  const { feedUrl, isPrivate, numSubscribers } = claim;
  const validators = isForced ? {} : validatorsOf(claim, { isAsked });
  const retrieved = await retrieve(ctx, { url: feedUrl, isPrivate, numSubscribers, ...validators });
  await refuseTakenDown(ctx, retrieved.reply);
  const { result, feed } = await store(ctx, { claim, isForced, retrieved });
  // The crawl's result is stored: a defect in what follows must not record a failure over it.
  await follow(ctx, { claim, result, feed, reply: retrieved.reply }).catch((error: unknown) => {
    if (isDatabaseFault(error)) throw error;
    ctx.log.error("Cannot move or merge podcast", { cause: error });
  });
  return result;
}

type Followed = Stored & { claim: Claim; reply: FetchReply };
/** Moves or merges the podcast, if the crawl says so. */
async function follow(ctx: Context, { claim, result, feed, reply }: Followed): Promise<void> {
  const { permanentUrl } = reply;
  // A feed without a title keeps what was stored.
  const newFeedUrl = feed?.newFeedUrl ?? (feed?.isUntitled === false ? undefined : claim.newFeedUrl);
  if (isSameShow(result)) await feedMover.run(ctx, { claim, permanentUrl, newFeedUrl });
  else if (result.kind === "left" && result.verdict === "other") await feedMover.forget(ctx, { claim });
  if (result.kind === "changed" && feed !== undefined) await twinJoiner.run(ctx, { claim, feed });
}

function isSameShow({ kind }: UpdateResult): boolean {
  return kind === "changed" || kind === "unchanged";
}

/** Refuses a redirect to a podcast that was taken down, which would bring it back. @throws RetrievalError */
async function refuseTakenDown(ctx: Context, { redirects }: FetchReply): Promise<void> {
  if (redirects.length === 0) return;
  const reason = await findTakedownOfFeed(
    ctx.db,
    redirects.map(({ url }) => url),
  );
  if (reason !== undefined)
    throw new RetrievalError("The feed redirects to a podcast that the operator has taken down");
}

/** `feed` is set if it was read. */
type Stored = { result: UpdateResult; feed?: Feed | undefined };

async function store(
  ctx: Context,
  { claim, isForced, retrieved }: { claim: Claim; isForced: boolean; retrieved: Retrieved },
): Promise<Stored> {
  const { podcastId, etag, lastModified } = claim;
  const { reply } = retrieved;
  if (retrieved.kind === "not-modified") {
    // RFC 9110 15.4.5: a 304 carries the validators that changed; the others still hold.
    const validators = {
      etag: reply.etag ?? etag,
      lastModified: reply.lastModified ?? lastModified,
      validatorsUrl: reply.url,
    };
    return { result: await recordUnchanged(ctx, { claim, validators, reply }) };
  }
  const validators = { etag: reply.etag, lastModified: reply.lastModified, validatorsUrl: reply.url };
  const isChanged = !(await isNewestContent(ctx.db, { podcastId, sha256: digestOf(reply.body) }));
  if (!isChanged && !isForced) {
    return { result: await recordUnchanged(ctx, { claim, validators, reply }) };
  }
  return withinFeedMemory({ numBytes: maxInflatedBytes(reply.body), signal: ctx.signal }, async () => {
    const feed = await read(ctx, reply);
    const verdict = await showJudge.run(ctx, { claim, found: { feed, foundUrl: reply.url } });
    if (verdict !== "same") return { result: await leave(ctx, { claim, verdict, reply }) };
    const visitOnceStored = await planNextVisit(ctx, { claim, reply, feed });
    const stored = await feedStorer.run(ctx, {
      feed,
      content: { body: reply.body, contentType: reply.contentType, baseUrl: reply.url },
      target: { kind: "claimed", claim },
      hub: chooseHub({ feed, feedUrl: claim.feedUrl, reply }),
      success: (insertedDates) => ({
        isChanged,
        isUntitled: feed.isUntitled,
        ...validators,
        ...visitOnceStored(insertedDates),
      }),
      comparesColumns: isForced,
    });
    const { numInserted, numUpdated } = stored;
    ctx.log.info("Podcast updated", {
      num_inserted: numInserted,
      num_updated: numUpdated,
      ...feedStorer.toSkippedFields(stored),
    });
    return { result: { kind: "changed", ...stored }, feed };
  });
}

type Leave = { claim: Claim; verdict: "other" | "hollow"; reply: FetchReply };
async function leave(ctx: Context, { claim, verdict, reply }: Leave): Promise<UpdateResult> {
  const visit = await nextVisit(ctx, { claim, reply });
  const isRecorded = await recordLeft(ctx.db, claim, { kind: verdict, ...visit });
  return isRecorded ? { kind: "left", verdict } : { kind: "abandoned" };
}

type Unchanged = {
  claim: Claim;
  validators: Pick<CrawlSuccess, "etag" | "lastModified" | "validatorsUrl">;
  reply: FetchReply;
};
async function recordUnchanged(ctx: Context, { claim, validators, reply }: Unchanged): Promise<UpdateResult> {
  const visit = await nextVisit(ctx, { claim, reply });
  const isNotModified = reply.status === 304;
  const isRecorded = await recordCrawlSuccess(ctx.db, claim, {
    isChanged: false,
    isNotModified,
    ...validators,
    ...visit,
  });
  return { kind: isRecorded ? "unchanged" : "abandoned" };
}

async function recordFailure(ctx: Context, { claim, error }: { claim: Claim; error: unknown }): Promise<UpdateResult> {
  const isExpected = error instanceof RetrievalError;
  const message = isExpected ? error.message : "Internal error";
  if (isExpected) ctx.log.info("Podcast not updated", { reason: message });
  else ctx.log.error("Cannot update podcast", { cause: error });
  const visit = failedVisit(claim, isExpected ? error.reply : undefined);
  const { status } = visit;
  const isRecorded = await recordCrawlFailure(ctx.db, claim, { error: message, isGone: status === 410, ...visit });
  if (!isRecorded) return { kind: "abandoned" };
  await feedMover.followWhenGone(ctx, { claim, status, numFailures: claim.numFailures + 1 });
  return { kind: "failed", error: message };
}
