import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { delayAfterSuccess } from "../crawl/crawl-schedule.ts";
import { withinFeedMemory } from "../crawl/feed-memory.ts";
import { isNoFeed, RetrievalError, read, retrieve } from "../crawl/feed-retriever.ts";
import * as feedStorer from "../crawl/feed-storer.ts";
import * as podcastClaimer from "../crawl/podcast-claimer.ts";
import * as podcastUpdater from "../crawl/podcast-updater.ts";
import { findCode } from "../db/failure.ts";
import { type PrivateReason, podcast, podcastFeedLocation } from "../db/schema.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { UserError } from "../errors.ts";
import type { SkippedItem } from "../feed/model.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import { findFeedOfLink, findFeedOfPage } from "./feed-finder.ts";
import { findPodcastIdByFeedUrl } from "./find-feed-location.ts";
import { numEpisodes } from "./num-episodes.ts";
import * as privacyJudge from "./privacy-judge.ts";
import { settlePrivacy } from "./settle-privacy.ts";
import * as takedownGate from "./takedown-gate.ts";

/** What was found. `isNew` is false where the podcast was known already; it was asked again, unless a crawler was at it. */
export type AddResult = {
  podcastId: number;
  title: string;
  isNew: boolean;
  isPrivate: boolean;
  /** Why it is private, in a sentence. */
  privateReason?: string;
  numEpisodes: number;
  numSkipped: number;
  /** The first of what was skipped, and why. */
  skipped: SkippedItem[];
};
export type AddParams = {
  /** A feed's, a web page's that names one, or a link to Apple Podcasts. */
  url: string;
  /** Whether the feed is private; undefined where nobody says. A podcast that anybody can see already stays public. */
  isPrivate?: boolean | undefined;
  /** The account that adds it; undefined for the operator. */
  accountId?: number | undefined;
  /** Stores a known podcast's feed again although it is the same as last time. */
  isForced?: boolean;
};
type Target = {
  feedUrl: string;
  privacy: privacyJudge.Privacy;
  /** Only the host is told in errors and logs. */
  hidesPath: boolean;
  accountId: number | undefined;
  isForced: boolean;
  /** Where the feed's URL was found, and what that led over. */
  foundAt: string[];
};

/**
 * Adds the podcast at a URL, or refreshes it where it is known under that URL. A feed takes exactly one GET; a web page that
 * names a feed one more. A feed is private where any URL on the way to it carries a secret, where it is marked so, and where
 * the URL's path looks like a token and nobody says that it is public.
 *
 * @throws UserError 400 for what is no URL, 403 for a podcast that was taken down, 422 for what leads to no feed or cannot be fetched, 503 where a directory cannot be asked
 */
export async function run(ctx: Context, params: AddParams): Promise<AddResult> {
  const { url, isPrivate, accountId, isForced = false } = params;
  const link = await findFeedOfLink(ctx, url);
  const feedUrl = normalizeFeedUrl(link ?? url);
  const foundAt = link === undefined ? [] : [url];
  const privacy = await privacyJudge.run(ctx, { feedUrl, isPrivate, isListed: link !== undefined });
  const hidesPath = privacyJudge.hidesPath({ feedUrl, isPrivate });
  try {
    return await addOrRefresh(ctx, { feedUrl, foundAt, privacy, hidesPath, accountId, isForced });
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    const shown = redactUrl(link === undefined ? feedUrl : url, { isPrivate: hidesPath });
    throw new UserError(422, `Cannot add "${shown}": ${error.message}`);
  }
}

/**
 * Finds the podcast that is known under a feed's URL, applies what is said of its privacy, and asks no host.
 *
 * @throws UserError 400 for what is no URL, 403 for a podcast that was taken down
 */
export async function findKnown(ctx: Context, params: AddParams): Promise<AddResult | undefined> {
  const { url, isPrivate, accountId } = params;
  if (readDirectoryLink(url) !== undefined) return undefined;
  const feedUrl = normalizeFeedUrl(url);
  const podcastId = await findPassing(ctx, { feedUrl, hidesPath: privacyJudge.hidesPath({ feedUrl, isPrivate }) });
  if (podcastId === undefined) return undefined;
  const privacy = await privacyJudge.run(ctx, { feedUrl, isPrivate, isListed: false });
  await settlePrivacy(ctx.db, { podcastId, accountId, ...privacy });
  return summarise(ctx, { podcastId, isNew: false, numSkipped: 0, skipped: [] });
}

async function addOrRefresh(ctx: Context, target: Target): Promise<AddResult> {
  const { feedUrl, foundAt, isForced, accountId, privacy } = target;
  const known = await findPassing(ctx, target);
  if (known !== undefined) {
    await settlePrivacy(ctx.db, { podcastId: known, accountId, ...withSecrets(privacy, [...foundAt, feedUrl]) });
    return refresh(ctx, { podcastId: known, isForced });
  }
  // unique_violation: another added the same feed while this one was fetching it, under this URL or where it moved to.
  return add(ctx, target).catch((error: unknown) => {
    if (findCode(error) !== "23505") throw error;
    return add(ctx, target);
  });
}

/** Finds a podcast that is known under a feed's URL. @throws UserError 403 where it was taken down */
async function findPassing(ctx: Context, { feedUrl, hidesPath }: Pick<Target, "feedUrl" | "hidesPath">) {
  await takedownGate.run(ctx, { feedUrls: [feedUrl], shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  return findPodcastIdByFeedUrl(ctx.db, [feedUrl]);
}

/** A secret in any URL on the way to a feed makes it private. */
function withSecrets(privacy: privacyJudge.Privacy, way: readonly string[]): privacyJudge.Privacy {
  return { ...privacy, hasSecret: privacy.hasSecret || way.some(carriesSecret) };
}

async function add(ctx: Context, target: Target): Promise<AddResult> {
  const { feedUrl, foundAt, hidesPath, accountId } = target;
  const { reply } = await retrieve(ctx, { url: feedUrl, isPrivate: hidesPath });
  // Where it redirects to counts as well: the feed is read there.
  const way = [...foundAt, feedUrl, ...reply.redirects.map(({ url }) => url)];
  await takedownGate.run(ctx, { feedUrls: way, shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  const privacy = withSecrets(target.privacy, way);
  // A feed that moved for good is kept under both URLs; where it moved to may be known already. A secret one stays at
  // the URL that its owner gave.
  const movedTo = privacy.hasSecret || reply.permanentUrl === undefined ? undefined : usableUrl(reply.permanentUrl);
  const feedUrls = [...new Set([movedTo, feedUrl].filter((candidate) => candidate !== undefined))];
  const known = await findPodcastIdByFeedUrl(ctx.db, feedUrls);
  if (known !== undefined) {
    await ctx.db.repeatable
      .insert(podcastFeedLocation)
      .values({ podcastId: known, feedUrl, isCurrent: false })
      .onConflictDoNothing();
    await settlePrivacy(ctx.db, { podcastId: known, accountId, ...privacy });
    return summarise(ctx, { podcastId: known, isNew: false, numSkipped: 0, skipped: [] });
  }
  try {
    return await store(ctx, { reply, feedUrls, privateReason: privacyJudge.reasonOf(privacy) });
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
    throw new RetrievalError(
      `the page names "${redactUrl(feedUrl, { isPrivate: page.hidesPath })}": ${cause.message}`,
      { cause },
    );
  });
}

type Retrieved = { reply: FetchReply; feedUrls: string[]; privateReason: PrivateReason | undefined };
async function store(ctx: Context, { reply, feedUrls, privateReason }: Retrieved): Promise<AddResult> {
  const delayMs = delayAfterSuccess({ isActive: true, cacheMaxAgeMs: reply.cacheMaxAgeMs, random: Math.random() });
  const stored = await withinFeedMemory(maxInflatedBytes(reply.body), async () =>
    feedStorer.run(ctx, {
      feed: await read(ctx, reply),
      content: { body: reply.body, contentType: reply.contentType, baseUrl: reply.url },
      target: { kind: "new", feedUrls, privateReason },
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
      reason: podcast.privateReason,
      numEpisodes,
    })
    .from(podcast)
    .where(eq(podcast.id, podcastId));
  if (row === undefined) throw new UserError(404, `Cannot add podcast "${podcastId}": it was removed meanwhile`);
  const { reason, ...shown } = row;
  const privateReason = reason === null ? {} : { privateReason: privacyJudge.PRIVATE_REASONS[reason] };
  return { podcastId, isNew, ...shown, ...privateReason, numSkipped, skipped };
}
