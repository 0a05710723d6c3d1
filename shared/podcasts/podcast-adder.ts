import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { delayAfterSuccess } from "../crawl/crawl-schedule.ts";
import { withinFeedMemory } from "../crawl/feed-memory.ts";
import { RetrievalError, readReply, retrieve } from "../crawl/feed-retriever.ts";
import * as feedStorer from "../crawl/feed-storer.ts";
import * as podcastClaimer from "../crawl/podcast-claimer.ts";
import * as podcastUpdater from "../crawl/podcast-updater.ts";
import { findCode } from "../db/failure.ts";
import { type PrivateReason, podcast, podcastFeedLocation } from "../db/schema.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { UserError } from "../errors.ts";
import type { SkippedItem } from "../feed/model.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import { withinAddSlot } from "./add-slots.ts";
import { findFeedOfLink, findFeedOfPage } from "./feed-finder.ts";
import { findPodcastIdByFeedUrl } from "./find-feed-location.ts";
import { numEpisodes } from "./num-episodes.ts";
import * as privacyJudge from "./privacy-judge.ts";
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
/** A URL that a feed is expected at. */
type Target = {
  feedUrl: string;
  /** The URLs that led to it: a page's, a directory's, and what they redirect to. */
  way: string[];
  isNamedByPage: boolean;
  /** A public directory lists it. */
  isListed: boolean;
  privacy: privacyJudge.Privacy;
  /** Errors and logs show only the URL's host. */
  hidesPath: boolean;
  accountId: number | undefined;
  isForced: boolean;
};

/**
 * Adds the podcast at a URL, or refreshes it if it is known under that URL. A feed takes exactly one GET; a web page that
 * names a feed takes one more. A feed is private if any URL on the way to it carries a secret, if it is marked so, or if
 * the URL's path looks like a token and nobody says that the feed is public.
 *
 * @throws UserError 400 for what is no URL, 403 for a podcast that was taken down, 422 for what leads to no feed or cannot
 * be fetched, 429 for a caller with two adds under way, 503 if a directory cannot be asked or too many are being added
 */
export async function run(ctx: Context, params: AddParams): Promise<AddResult> {
  return withinAddSlot(ctx, () => resolve(ctx, params));
}

async function resolve(ctx: Context, params: AddParams): Promise<AddResult> {
  const { url, isPrivate, accountId, isForced = false } = params;
  const link = await findFeedOfLink(ctx, url);
  const feedUrl = normalizeFeedUrl(link ?? url);
  const isListed = link !== undefined || (await privacyJudge.isInDirectory(ctx.db, feedUrl));
  const privacy = await privacyJudge.run(ctx, { feedUrl, isPrivate, isListed });
  const hidesPath = privacyJudge.hidesPath({ feedUrl, isPrivate });
  const way = link === undefined ? [] : [url];
  let target: Target = { feedUrl, way, isNamedByPage: false, isListed, privacy, hidesPath, accountId, isForced };
  try {
    const added = await addOrRefresh(ctx, target);
    if (added.kind === "podcast") return added.result;
    // What a page or a directory names has to be a feed: pages that name pages would have no end.
    if (link !== undefined) throw added.error;
    target = await followPage(ctx, { page: added, target });
    const named = await addOrRefresh(ctx, target);
    if (named.kind === "podcast") return named.result;
    throw named.error;
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    const shown = redactUrl(link === undefined ? feedUrl : url, { isPrivate: hidesPath });
    const named = redactUrl(target.feedUrl, { isPrivate: hidesPath });
    const reason = target.isNamedByPage ? `the page names "${named}": ${error.message}` : error.message;
    throw new UserError(422, `Cannot add "${shown}": ${reason}`);
  }
}

/**
 * Finds the podcast that is known under a feed's URL, applies what is said of its privacy, and asks no feed's host.
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
  await privacyJudge.settle(ctx, { podcastId, accountId, privacy });
  return summarise(ctx, { podcastId, isNew: false, numSkipped: 0, skipped: [] });
}

type Page = { kind: "page"; reply: FetchReply; way: string[]; error: RetrievalError };
type Added = { kind: "podcast"; result: AddResult } | Page;

/** Refreshes the podcast that is known under the target's URL, or fetches that URL and stores the feed there. */
async function addOrRefresh(ctx: Context, target: Target): Promise<Added> {
  const known = await findPassing(ctx, target);
  if (known === undefined) return add(ctx, target);
  const { feedUrl, way, privacy, isListed, accountId, isForced } = target;
  const judged = await judge(ctx, { privacy, isListed }, [...way, feedUrl]);
  await privacyJudge.settle(ctx, { podcastId: known, accountId, privacy: judged });
  return { kind: "podcast", result: await refresh(ctx, { podcastId: known, isForced }) };
}

async function followPage(ctx: Context, { page, target }: { page: Page; target: Target }): Promise<Target> {
  const named = await findFeedOfPage(ctx, page.reply);
  if (named === undefined) throw page.error;
  return { ...target, feedUrl: normalizeFeedUrl(named), way: page.way, isNamedByPage: true };
}

/** Finds a podcast that is known under a feed's URL. @throws UserError 403 where it was taken down */
async function findPassing(ctx: Context, { feedUrl, hidesPath }: Pick<Target, "feedUrl" | "hidesPath">) {
  await takedownGate.run(ctx, { feedUrls: [feedUrl], shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  return findPodcastIdByFeedUrl(ctx.db, [feedUrl]);
}

/** What a public directory lists is public wherever it redirects to, unless that carries a secret. */
async function judge(
  ctx: Context,
  { privacy, isListed }: Pick<Target, "privacy" | "isListed">,
  way: readonly string[],
): Promise<privacyJudge.Privacy> {
  const judged = await privacyJudge.alongTheWay(ctx, privacy, way);
  return isListed ? { ...judged, isSuspect: false } : judged;
}

async function add(ctx: Context, target: Target): Promise<Added> {
  const { feedUrl, hidesPath, accountId } = target;
  const { reply } = await retrieve(ctx, { url: feedUrl, isPrivate: hidesPath });
  // Redirects count as well: the feed is read where they end.
  const way = [...target.way, feedUrl, ...reply.redirects.map(({ url }) => url)];
  await takedownGate.run(ctx, { feedUrls: way, shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  const privacy = await judge(ctx, target, way);
  // A feed that moved for good is kept under both URLs; where it moved to may be known already. A secret one stays at
  // the URL that its owner gave.
  const movedTo = privacy.hasSecret || reply.permanentUrl === undefined ? undefined : usableUrl(reply.permanentUrl);
  const feedUrls = [...new Set([movedTo, feedUrl].filter((candidate) => candidate !== undefined))];
  const join = { feedUrl, feedUrls, accountId, privacy };
  const known = await joinKnown(ctx, join);
  if (known !== undefined) return { kind: "podcast", result: known };
  try {
    const shown = redactUrl(feedUrl, { isPrivate: hidesPath });
    return await store(ctx, { reply, feedUrls, way, shown, privateReason: privacyJudge.reasonOf(privacy) });
  } catch (error) {
    // unique_violation: another stored the feed meanwhile, or an earlier try of this one whose reply was lost.
    const stored = findCode(error) === "23505" ? await joinKnown(ctx, join) : undefined;
    if (stored === undefined) throw error;
    return { kind: "podcast", result: stored };
  }
}

type Join = Pick<Target, "feedUrl" | "accountId" | "privacy"> & { feedUrls: string[] };
/** Finds the podcast that is known under one of the URLs that a fetch led over, and keeps `feedUrl` as one of its own. */
async function joinKnown(
  ctx: Context,
  { feedUrl, feedUrls, accountId, privacy }: Join,
): Promise<AddResult | undefined> {
  const known = await findPodcastIdByFeedUrl(ctx.db, feedUrls);
  if (known === undefined) return undefined;
  await ctx.db.repeatable
    .insert(podcastFeedLocation)
    .values({ podcastId: known, feedUrl, isCurrent: false })
    .onConflictDoNothing();
  await privacyJudge.settle(ctx, { podcastId: known, accountId, privacy });
  return summarise(ctx, { podcastId: known, isNew: false, numSkipped: 0, skipped: [] });
}

type Fetched = Omit<Page, "kind" | "error"> & {
  feedUrls: string[];
  shown: string;
  privateReason: PrivateReason | undefined;
};
async function store(ctx: Context, { reply, feedUrls, way, shown, privateReason }: Fetched): Promise<Added> {
  const delayMs = delayAfterSuccess({ isActive: true, cacheMaxAgeMs: reply.cacheMaxAgeMs, random: Math.random() });
  return withinFeedMemory({ numBytes: maxInflatedBytes(reply.body), signal: ctx.signal }, async () => {
    const read = await readReply(ctx, reply);
    if (read.kind === "not-a-feed") return { kind: "page", reply, way, error: read.error };
    await takedownGate.requireNewShow(ctx, { feed: read.feed, shown });
    const stored = await feedStorer.run(ctx, {
      feed: read.feed,
      content: { body: reply.body, contentType: reply.contentType, baseUrl: reply.url },
      target: { kind: "new", feedUrls, privateReason },
      success: { isChanged: true, etag: reply.etag, lastModified: reply.lastModified, delayMs },
    });
    ctx.log.info("Podcast added", {
      podcast_id: stored.podcastId,
      num_episodes: stored.numInserted,
      ...feedStorer.toSkippedFields(stored),
    });
    return { kind: "podcast", result: await summarise(ctx, { ...stored, isNew: true }) };
  });
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
