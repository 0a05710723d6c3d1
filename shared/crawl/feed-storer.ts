import { isDeepStrictEqual } from "node:util";
import { eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type PrivateReason, podcast, podcastCrawl, podcastFeedLocation } from "../db/schema.ts";
import type { Feed, SkippedItem } from "../feed/model.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import { step } from "../log/log.ts";
import type { Claim } from "./claim-due-podcasts.ts";
import { type UpsertResult, upsertEpisodes } from "./episodes/upsert-episodes.ts";
import { requestNewestFiles } from "./files/request-files.ts";
import { lockLease } from "./lock-lease.ts";
import { noteNextPage, requestPages } from "./pages/next-page.ts";
import { isAnnounced } from "./push/announced.ts";
import { chooseHub, type Hub } from "./push/choose-hub.ts";
import { addHub, recordHub } from "./push/record-hub.ts";
import { type CrawlSuccess, recordCrawlSuccess } from "./record-crawl.ts";
import { compress, digestOf, type FeedContent, storeFeedContent } from "./store-feed-content.ts";

export type StoreResult = {
  podcastId: number;
  numInserted: number;
  numUpdated: number;
  skipped: SkippedItem[];
  numSkipped: number;
};
type Params = {
  feed: Feed;
  content: FeedContent;
  /** The podcast: one that was claimed, or a new one at these URLs, the current one first. */
  target:
    | { kind: "claimed"; claim: Claim }
    | { kind: "new"; feedUrls: string[]; privateReason: PrivateReason | undefined };
  hub: Hub | undefined;
  /** Returns the crawl's result, from the dates of the episodes that were inserted. */
  success(insertedDates: UpsertResult["insertedDates"]): CrawlSuccess;
  /** Also rewrites columns that have drifted from the feed, as `restore` does. */
  comparesColumns?: boolean;
};

// Beside the first one. With ten episodes each, which is what blogs have, ten years of a weekly show.
const NUM_FIRST_PAGES = 50;
// Enough for the log to show a feed's problem; podcast-add lists more.
const NUM_SKIPPED_LOGGED = 5;

/**
 * Stores a feed in one transaction: podcast, locations, raw content, episodes and the crawl's result.
 *
 * @throws LeaseLostError if the podcast was claimed by another crawler in the meantime
 */
export async function run(
  ctx: Context,
  { feed, content, target, hub, success, comparesColumns = false }: Params,
): Promise<StoreResult> {
  // Before the transaction, because that holds locks.
  const sha256 = digestOf(content.body);
  const compressed = await compress(content.body);
  return step(ctx.log, "store_feed", () =>
    ctx.db.repeatable.transaction(async (tx) => {
      const claim = target.kind === "claimed" ? target.claim : await insertPodcast(tx, { feed, ...target });
      const { podcastId } = claim;
      await lockLease(tx, claim);
      if (target.kind === "claimed") {
        await updatePodcast(tx, { podcastId, feed });
        await touchLocation(tx, podcastId);
      }
      await storeFeedContent(tx, { podcastId, content, sha256, compressed });
      const result = await upsertEpisodes(tx, { podcastId, feed, comparesColumns });
      await noteNextPage(tx, { podcastId, nextPageUrl: feed.nextPageUrl, baseUrl: content.baseUrl });
      if (target.kind === "new") await requestPages(tx, { podcastId, num: NUM_FIRST_PAGES });
      else await requestNewestFiles(tx, { podcastId });
      await recordHub(tx, { podcastId, hub, hasMissed: result.numInserted > 0 && !isAnnounced(claim) });
      await recordCrawlSuccess(tx, claim, success(result.insertedDates));
      return toStoreResult({ podcastId, feed, result });
    }),
  );
}

/**
 * Stores a podcast's newest raw feed as today's code parses it: podcast and episodes in one transaction. Compares every
 * column, so that values that have drifted from the feed are corrected. Leaves the crawl's state and its lease alone, but
 * for the feed's hints, and its hub if none is known.
 *
 * @throws LeaseLostError if the podcast was claimed by another crawler in the meantime
 */
export async function restore(ctx: Context, { feed, claim }: { feed: Feed; claim: Claim }): Promise<StoreResult> {
  const { podcastId } = claim;
  return step(ctx.log, "store_feed", () =>
    ctx.db.repeatable.transaction(async (tx) => {
      await lockLease(tx, claim);
      await updatePodcast(tx, { podcastId, feed });
      await updateHints(tx, { podcastId, feed });
      const hub = chooseHub({ feed, feedUrl: claim.feedUrl });
      if (hub !== undefined) await addHub(tx, { podcastId, hub });
      const result = await upsertEpisodes(tx, { podcastId, feed, comparesColumns: true });
      return toStoreResult({ podcastId, feed, result });
    }),
  );
}

/** Log fields for items that were skipped: their number and the first few. */
export function toSkippedFields({ numSkipped, skipped }: Pick<StoreResult, "numSkipped" | "skipped">) {
  const firsts = skipped.slice(0, NUM_SKIPPED_LOGGED).map(({ position, reason }) => `item ${position}: ${reason}`);
  return { num_skipped: numSkipped, skipped: firsts.length > 0 ? firsts : undefined };
}

/** Inserts a podcast that is claimed from the start, so that later steps are the same as for any other. */
async function insertPodcast(
  tx: Database,
  { feed, feedUrls, privateReason }: { feed: Feed; feedUrls: string[]; privateReason: PrivateReason | undefined },
): Promise<Claim> {
  const isPrivate = privateReason !== undefined;
  const [feedUrl = ""] = feedUrls;
  const [row] = await tx.repeatable
    .insert(podcast)
    .values({ ...columnsOf(feed), isPrivate, privateReason: privateReason ?? null })
    .returning({ id: podcast.id });
  if (row === undefined) throw new Error("Cannot insert podcast: Postgres returned no row");
  const podcastId = row.id;
  await tx.repeatable
    .insert(podcastFeedLocation)
    .values(feedUrls.map((url, i) => ({ podcastId, feedUrl: url, isCurrent: i === 0 })));
  await tx.repeatable
    .insert(podcastCrawl)
    .values({ podcastId, host: hostKeyOf(feedUrl), dueAt: sql`podcore_now()`, leaseToken: 1 });
  return {
    podcastId,
    leaseToken: 1,
    feedUrl,
    startsInMs: 0,
    etag: undefined,
    lastModified: undefined,
    validatorsUrl: undefined,
    contentAgeMs: undefined,
    numFailures: 0,
    numUnfinished: 0,
    numSubscribers: 0,
    isPrivate,
    claimedAt: new Date(),
    lastSucceededAt: undefined,
    arrivals: undefined,
    hints: undefined,
    maxAgeMs: undefined,
    identity: feed.podcastGuid ?? feed.title,
    movedToUrl: undefined,
    newFeedUrl: feed.newFeedUrl,
    pushedAt: undefined,
    pushLeaseMs: undefined,
  };
}

async function updatePodcast(tx: Database, { podcastId, feed }: { podcastId: number; feed: Feed }): Promise<void> {
  const [stored] = await tx.repeatable.select().from(podcast).where(eq(podcast.id, podcastId));
  if (stored === undefined) return;
  const columns = feed.isUntitled ? keepKnown(columnsOf(feed), stored) : columnsOf(feed);
  if (!isSame(columns, stored)) {
    await tx.repeatable
      .update(podcast)
      .set({ ...columns, updatedAt: sql`podcore_now()` })
      .where(eq(podcast.id, podcastId));
  }
}

async function updateHints(tx: Database, { podcastId, feed }: { podcastId: number; feed: Feed }): Promise<void> {
  await tx.repeatable
    .update(podcastCrawl)
    .set({ hints: feed.updateHints })
    .where(
      sql`${podcastCrawl.podcastId} = ${podcastId} and ${podcastCrawl.hints} is distinct from ${JSON.stringify(feed.updateHints)}::jsonb`,
    );
}

async function touchLocation(tx: Database, podcastId: number): Promise<void> {
  await tx.repeatable
    .update(podcastFeedLocation)
    .set({ lastRetrievedAt: sql`podcore_now()` })
    .where(sql`${podcastFeedLocation.podcastId} = ${podcastId} and ${podcastFeedLocation.isCurrent}`);
}

// Columns that the database or podcore fills. All others come from the feed.
type OwnColumn =
  | "id"
  | "isPrivate"
  | "privateReason"
  | "takenDownAt"
  | "takenDownReason"
  | "mergedAt"
  | "createdAt"
  | "updatedAt";
type FeedColumns = Omit<typeof podcast.$inferSelect, OwnColumn>;

/** Returns the columns that the feed fills, NULL for what it does not say. The type makes a missing column an error. */
function columnsOf(feed: Feed): FeedColumns {
  return {
    title: feed.title,
    description: feed.description ?? null,
    author: feed.author ?? null,
    ownerName: feed.ownerName ?? null,
    language: feed.language ?? null,
    copyright: feed.copyright ?? null,
    linkUrl: feed.linkUrl ?? null,
    imageUrl: feed.imageUrl ?? null,
    categories: feed.categories,
    isExplicit: feed.isExplicit ?? null,
    itunesType: feed.itunesType ?? null,
    isComplete: feed.isComplete,
    isBlocked: feed.isBlocked,
    newFeedUrl: feed.newFeedUrl ?? null,
    podcastGuid: feed.podcastGuid ?? null,
    isLocked: feed.isLocked ?? null,
    medium: feed.medium ?? null,
    namespace: feed.namespace,
    extras: feed.extras ?? null,
    feedKind: feed.kind,
  };
}

/** Keeps what a feed without a title does not say: such a channel is damaged, whatever its items are. */
function keepKnown(columns: FeedColumns, stored: FeedColumns): FeedColumns {
  return {
    ...storedOf(columns, stored),
    ...saidOf(columns),
    namespace: { ...stored.namespace, ...saidOf(columns.namespace) },
    title: stored.title,
    // False is also what a feed says that does not mention it.
    isBlocked: columns.isBlocked || stored.isBlocked,
    isComplete: columns.isComplete || stored.isComplete,
  };
}

/** Leaves out what is NULL, undefined or an empty list. */
function saidOf<T extends object>(values: T): Partial<T> {
  const said = Object.entries(values).filter(
    ([, value]) => !(value === null || value === undefined || value.length === 0),
  );
  // The same keys and values, but fewer.
  return Object.fromEntries(said) as Partial<T>;
}

/** Compares as JSON, because jsonb columns come back that way. */
function isSame(columns: FeedColumns, stored: FeedColumns): boolean {
  const current = storedOf(columns, stored);
  return isDeepStrictEqual(JSON.parse(JSON.stringify(columns)), JSON.parse(JSON.stringify(current)));
}

/** Returns of a stored podcast only the columns that its feed fills. */
function storedOf(columns: FeedColumns, stored: FeedColumns): FeedColumns {
  const values: Record<string, unknown> = stored;
  // The keys are those of `columns`.
  return Object.fromEntries(Object.keys(columns).map((key) => [key, values[key]])) as FeedColumns;
}

type Stored = { podcastId: number; feed: Feed; result: UpsertResult };
function toStoreResult({ podcastId, feed, result }: Stored): StoreResult {
  const { numInserted, numUpdated, refused } = result;
  const added = refused.map(
    ({ position, guid, title }): SkippedItem => ({ position, guid, title, reason: "cannot be stored" }),
  );
  const skipped = [...feed.skipped, ...added];
  return { podcastId, numInserted, numUpdated, skipped, numSkipped: feed.numSkipped + added.length };
}
