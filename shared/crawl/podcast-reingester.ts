import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { notFound } from "../errors.ts";
import { readFeed } from "../feed/read-feed.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import { isDatabaseFault, releaseClaim } from "../jobs/database-fault.ts";
import { toCountFields } from "../log/counts.ts";
import { withContext } from "../log/log.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import { withinFeedMemory } from "./feed-memory.ts";
import * as feedStorer from "./feed-storer.ts";
import { LeaseLostError } from "./lock-lease.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import { releaseLease } from "./release-lease.ts";
import type { FeedContent } from "./store-feed-content.ts";

export type ReingestResult = {
  /** Read and stored again, whether or not any row had to change. */
  numReingested: number;
  numFailed: number;
  /** Skipped because a crawler held them. */
  numHeld: number;
  /** The last podcast handled if time ran out: pass it to the next call, which continues after it. */
  afterId?: number;
};
type Params = { budgetMs: number; podcastId: number | undefined; afterId: number | undefined };

// Pages hold ids only, so memory use is negligible; podcasts added in the meantime are seen.
const PAGE_SIZE = 100;

/**
 * Reads the newest raw feed of each podcast after `afterId` (or only of `podcastId`) again, and stores what today's
 * code parses from it. Fetches nothing, writes only rows that differ, and leaves the crawl's schedule and validators
 * alone. Stops after the podcast at which `budgetMs` is used up.
 *
 * @throws UserError 404 if no raw feed of `podcastId` is stored
 */
export async function run(ctx: Context, { budgetMs, podcastId, afterId = 0 }: Params): Promise<ReingestResult> {
  const result: ReingestResult = { numReingested: 0, numFailed: 0, numHeld: 0 };
  const mayGoOn = ctx.until(budgetMs);
  let lastId = afterId;
  let ids = await listPodcastsWithContent(ctx.db, { limit: PAGE_SIZE, afterId, podcastId });
  if (podcastId !== undefined && ids.length === 0) throw notFound("podcast", podcastId);
  while (ids.length > 0) {
    for (const id of ids) {
      result[await withContext({ podcast_id: id }, () => reingest(ctx, id))] += 1;
      lastId = id;
      // Checked after the work, so that even the smallest budget makes progress.
      if (!mayGoOn()) return finish(ctx, { ...result, afterId: lastId });
    }
    ids = await listPodcastsWithContent(ctx.db, { limit: PAGE_SIZE, afterId: lastId, podcastId });
  }
  return finish(ctx, result);
}

async function reingest(ctx: Context, podcastId: number): Promise<"numReingested" | "numFailed" | "numHeld"> {
  const work = (claim: Claim) => storeAgain(ctx, claim);
  return (await podcastClaimer.run(ctx, { podcastId, asksHost: false, work })) ?? "numHeld";
}

async function storeAgain(ctx: Context, claim: Claim): Promise<"numReingested" | "numFailed" | "numHeld"> {
  try {
    await store(ctx, claim);
    return "numReingested";
  } catch (cause) {
    ctx.signal.throwIfAborted();
    if (isDatabaseFault(cause)) throw cause;
    if (cause instanceof LeaseLostError) return "numHeld";
    ctx.log.error("Cannot reingest podcast", { cause });
    return "numFailed";
  } finally {
    await releaseClaim(ctx, () => releaseLease(ctx.detachedDb, claim));
  }
}

async function store(ctx: Context, claim: Claim): Promise<void> {
  const content = await findNewestFeedContent(ctx.db, claim.podcastId);
  if (content === undefined) throw new Error(`Cannot reingest podcast "${claim.podcastId}": its raw feed is gone`);
  const { body, contentType, baseUrl } = content;
  const { numInserted, numUpdated, numSkipped } = await withinFeedMemory(
    { numBytes: maxInflatedBytes(body), signal: ctx.signal },
    async () => {
      const feed = await readFeed({ body, contentType, url: baseUrl, signal: ctx.signal });
      return feedStorer.restore(ctx, { feed, claim });
    },
  );
  ctx.log.info("Podcast reingested", {
    num_inserted: numInserted,
    num_updated: numUpdated,
    num_skipped: numSkipped,
  });
}

function finish(ctx: Context, result: ReingestResult): ReingestResult {
  ctx.log.info("Reingest finished", toCountFields(result));
  return result;
}

type Row = { body: Buffer; content_type: string | null; base_url: string };

/** Finds a podcast's newest raw feed, uncompressed. */
async function findNewestFeedContent(db: Database, podcastId: number): Promise<FeedContent | undefined> {
  const [row] = await db.repeatable.execute<Row>(sql`
    select body, content_type, base_url from podcast_feed_content
    where podcast_id = ${podcastId}::bigint
    order by retrieved_at desc, id desc
    limit 1`);
  if (row === undefined) return undefined;
  return {
    body: await promisify(gunzip)(row.body),
    contentType: row.content_type ?? undefined,
    baseUrl: row.base_url,
  };
}

type Page = { limit: number; afterId: number; podcastId: number | undefined };

/** Lists, by id, the podcasts after `afterId` that have a raw feed, or only `podcastId`. */
async function listPodcastsWithContent(db: Database, { limit, afterId, podcastId }: Page): Promise<number[]> {
  const rows = await db.repeatable.execute<{ id: string }>(sql`
    select id from podcast p
    where id > ${afterId}::bigint and (${podcastId ?? null}::bigint is null or id = ${podcastId ?? null}::bigint)
      and exists (select 1 from podcast_feed_content c where c.podcast_id = p.id)
    order by id
    limit ${limit}::int`);
  return rows.map((row) => Number(row.id));
}
