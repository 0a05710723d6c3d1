import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findCode } from "../db/failure.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { UserError } from "../errors.ts";
import type { SkippedItem } from "../feed/model.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import { findPodcastIdByFeedUrl } from "../sql/find-feed-location.ts";
import { numEpisodes } from "../sql/num-episodes.ts";
import { delayAfterSuccess } from "./crawl-schedule.ts";
import { findFeedOfLink, findFeedOfPage } from "./feed-finder.ts";
import { isNoFeed, RetrievalError, read, retrieve } from "./feed-retriever.ts";
import * as feedStorer from "./feed-storer.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import * as podcastUpdater from "./podcast-updater.ts";
import { whileReading } from "./reading-room.ts";

/** What was found. `isNew` is false where the podcast was known already; it was asked again, unless a crawler was at it. */
export type AddResult = {
  podcastId: number;
  title: string;
  isNew: boolean;
  isPrivate: boolean;
  numEpisodes: number;
  numSkipped: number;
  /** The first of what was skipped, and why. */
  skipped: SkippedItem[];
};
export type AddParams = {
  /** A feed's, a web page's that names one, or a link to Apple Podcasts. */
  url: string;
  /** Hides a podcast that is new from all but who adds it. One that anybody can see already stays so. */
  isPrivate?: boolean;
  /** Stores a known podcast's feed again although it is the same as last time. */
  isForced?: boolean;
};
type Target = Required<Omit<AddParams, "url">> & {
  feedUrl: string;
  /** Where the feed's URL was found, and what that led over. */
  foundAt: string[];
};

/**
 * Adds the podcast at a URL, or refreshes it where it is known under that URL. A feed takes exactly one GET; a web page that
 * names a feed one more. A feed is private where it is marked so, or where any URL on the way to it carries a secret.
 *
 * @throws UserError 400 for what is no URL, 422 for what leads to no feed or cannot be fetched, 503 where a directory cannot be asked
 */
export async function run(ctx: Context, { url, isPrivate = false, isForced = false }: AddParams): Promise<AddResult> {
  const link = await findFeedOfLink(ctx, url);
  const feedUrl = normalizeFeedUrl(link ?? url);
  const foundAt = link === undefined ? [] : [url];
  try {
    return await addOrRefresh(ctx, { feedUrl, foundAt, isPrivate, isForced });
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    const shown = redactUrl(link === undefined ? feedUrl : url, { isPrivate });
    throw new UserError(422, `Cannot add "${shown}": ${error.message}`);
  }
}

/** Finds the podcast that is known under a feed's URL, and asks nobody. @throws UserError 400 for what is no URL */
export async function findKnown(ctx: Context, url: string): Promise<AddResult | undefined> {
  if (readDirectoryLink(url) !== undefined) return undefined;
  const podcastId = await findPodcastIdByFeedUrl(ctx.db, [normalizeFeedUrl(url)]);
  return podcastId === undefined ? undefined : summarise(ctx, { podcastId, isNew: false, numSkipped: 0, skipped: [] });
}

async function addOrRefresh(ctx: Context, target: Target): Promise<AddResult> {
  const { feedUrl, isForced } = target;
  const known = await findPodcastIdByFeedUrl(ctx.db, [feedUrl]);
  if (known !== undefined) return refresh(ctx, { podcastId: known, isForced });
  // unique_violation: another added the same feed while this one was fetching it, under this URL or where it moved to.
  return add(ctx, target).catch((error: unknown) => {
    if (findCode(error) !== "23505") throw error;
    return add(ctx, target);
  });
}

async function add(ctx: Context, target: Target): Promise<AddResult> {
  const { feedUrl, foundAt } = target;
  const { reply } = await retrieve(ctx, { url: feedUrl, isPrivate: target.isPrivate });
  // Where it redirects to counts as well: the feed is read there.
  const way = [...foundAt, feedUrl, ...reply.redirects.map(({ url }) => url)];
  const hasSecret = way.some(carriesSecret);
  // A feed that moved for good is kept under both URLs; where it moved to may be known already. A secret one stays at
  // the URL that its owner gave.
  const movedTo = hasSecret || reply.permanentUrl === undefined ? undefined : usableUrl(reply.permanentUrl);
  const feedUrls = [...new Set([movedTo, feedUrl].filter((candidate) => candidate !== undefined))];
  const known = await findPodcastIdByFeedUrl(ctx.db, feedUrls);
  if (known !== undefined) {
    await ctx.db.repeatable
      .insert(podcastFeedLocation)
      .values({ podcastId: known, feedUrl, isCurrent: false })
      .onConflictDoNothing();
    return summarise(ctx, { podcastId: known, isNew: false, numSkipped: 0, skipped: [] });
  }
  try {
    return await store(ctx, { reply, feedUrls, isPrivate: target.isPrivate || hasSecret });
  } catch (error) {
    // What a page or a directory named has to be a feed: pages that name pages would have no end.
    if (!isNoFeed(error) || foundAt.length > 0) throw error;
    return addFeedOfPage(ctx, { ...target, foundAt: way, reply, error });
  }
}

async function addFeedOfPage(
  ctx: Context,
  { reply, error, ...page }: Target & { reply: FetchReply; error: RetrievalError },
): Promise<AddResult> {
  const named = await findFeedOfPage(ctx, reply);
  if (named === undefined) throw error;
  const feedUrl = normalizeFeedUrl(named);
  return addOrRefresh(ctx, { ...page, feedUrl }).catch((cause: unknown) => {
    if (!(cause instanceof RetrievalError)) throw cause;
    throw new RetrievalError(`the page names "${redactUrl(feedUrl, page)}": ${cause.message}`, { cause });
  });
}

type Retrieved = { reply: FetchReply; feedUrls: string[]; isPrivate: boolean };
async function store(ctx: Context, { reply, feedUrls, isPrivate }: Retrieved): Promise<AddResult> {
  const delayMs = delayAfterSuccess({ isActive: true, cacheMaxAgeMs: reply.cacheMaxAgeMs, random: Math.random() });
  const stored = await whileReading(reply.body.length, async () =>
    feedStorer.run(ctx, {
      feed: await read(ctx, reply),
      content: { body: reply.body, contentType: reply.contentType, baseUrl: reply.url },
      target: { kind: "new", feedUrls, isPrivate },
      success: { isChanged: true, etag: reply.etag, lastModified: reply.lastModified, delayMs },
    }),
  );
  ctx.log.info("Podcast added", {
    podcast_id: stored.podcastId,
    num_episodes: stored.numInserted,
    ...feedStorer.toSkippedFields(stored),
  });
  return summarise(ctx, { ...stored, isNew: true });
}

/** A URL of a stranger's choice that cannot be stored is no reason to refuse the feed. */
function usableUrl(url: string): string | undefined {
  try {
    return normalizeFeedUrl(url);
  } catch {
    return undefined;
  }
}

/** Asks a known podcast's feed again, unless a crawler is at it just now. */
async function refresh(
  ctx: Context,
  { podcastId, isForced }: { podcastId: number; isForced: boolean },
): Promise<AddResult> {
  const update = await step(ctx.log, "refresh_podcast", () =>
    podcastClaimer.run(ctx, { podcastId, work: (claim) => podcastUpdater.run(ctx, { claim, isForced }) }),
  );
  if (update?.kind === "failed") throw new RetrievalError(update.error);
  const { numSkipped, skipped } = update?.kind === "changed" ? update : { numSkipped: 0, skipped: [] };
  return summarise(ctx, { podcastId, isNew: false, numSkipped, skipped });
}

type Outcome = Pick<AddResult, "podcastId" | "isNew" | "numSkipped" | "skipped">;
async function summarise(ctx: Context, { podcastId, isNew, numSkipped, skipped }: Outcome): Promise<AddResult> {
  const [row] = await ctx.db.repeatable
    .select({
      title: podcast.title,
      isPrivate: podcast.isPrivate,
      numEpisodes,
    })
    .from(podcast)
    .where(eq(podcast.id, podcastId));
  if (row === undefined) throw new UserError(404, `Cannot add podcast "${podcastId}": it was removed meanwhile`);
  return { podcastId, isNew, ...row, numSkipped, skipped };
}
