import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { withinFeedMemory } from "../crawl/feed-memory.ts";
import { RetrievalError, readReply, retrieve } from "../crawl/feed-retriever.ts";
import * as feedStorer from "../crawl/feed-storer.ts";
import { takeHostSlot } from "../crawl/hosts/take-host-slot.ts";
import { firstVisit } from "../crawl/next-visit.ts";
import * as podcastClaimer from "../crawl/podcast-claimer.ts";
import * as podcastUpdater from "../crawl/podcast-updater.ts";
import { chooseHub } from "../crawl/push/choose-hub.ts";
import { errorCodeOf } from "../db/failure.ts";
import { type PrivateReason, podcast, podcastFeedLocation } from "../db/schema.ts";
import { readDirectoryLink } from "../directory/directory-link.ts";
import { UserError } from "../errors.ts";
import type { SkippedItem } from "../feed/model.ts";
import { maxInflatedBytes } from "../feed/xml/inflated-body.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import { redactUrl } from "../fetch/redact.ts";
import { withoutTracking } from "../fetch/same-feed-urls.ts";
import { step } from "../log/log.ts";
import { withinAddSlot } from "./add-slots.ts";
import { findFeedOfLink, findFeedOfPage } from "./feed-finder.ts";
import { findPodcastIdByFeedUrl, findPodcastIdOfFeed, isPrivateFeed } from "./find-feed-location.ts";
import * as showJoiner from "./identity/show-joiner.ts";
import { numEpisodes } from "./num-episodes.ts";
import * as privacyJudge from "./privacy-judge.ts";
import * as takedownGate from "./takedown-gate.ts";

/** The added podcast. `isNew` is false if it was known; then it was crawled again, unless a crawler held it. */
export type AddResult = {
  podcastId: number;
  title: string;
  isNew: boolean;
  isPrivate: boolean;
  /** Why it is private, as a sentence. */
  privateReason?: string;
  numEpisodes: number;
  numSkipped: number;
  /** The first skipped items, with reasons. */
  skipped: SkippedItem[];
};
export type AddParams = {
  /** URL of a feed, of a web page that links to one, or of a podcast at Apple Podcasts. */
  url: string;
  /**
   * Whether the caller says that the feed is private; undefined if the caller did not say. A public podcast stays
   * public.
   */
  isPrivate?: boolean | undefined;
  /** The account that adds it; undefined for the operator. */
  accountId?: number | undefined;
  /** Stores a known podcast's feed again even if it has not changed. */
  isForced?: boolean;
};
/** A URL where a feed is expected. */
type Target = {
  feedUrl: string;
  /** URLs that led to it: a page, a directory link, redirects. */
  viaUrls: string[];
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
 * Adds the podcast at a URL, or refreshes it if the URL is known. A feed takes exactly one GET, and a web page that
 * links to a feed one more. A feed is private if any URL that led to it carries a secret, if the caller marks it as
 * private, or if its path looks like a token and the caller does not say that it is public.
 *
 * @throws UserError 400 for an invalid URL, 403 for a podcast that was taken down, 422 if there is no feed or it cannot
 * be fetched, 429 for a caller with two adds in progress, 503 if a directory is unavailable or too many podcasts are
 * being added
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
  const viaUrls = link === undefined ? [] : [url];
  let target: Target = { feedUrl, viaUrls, isNamedByPage: false, isListed, privacy, hidesPath, accountId, isForced };
  try {
    const added = await addOrRefresh(ctx, target);
    if (added.kind === "podcast") return added.result;
    // A page or directory must link to a feed. Following further pages might never end.
    if (link !== undefined) throw added.error;
    target = await followPage(ctx, { page: added, target });
    const named = await addOrRefresh(ctx, target);
    if (named.kind === "podcast") return named.result;
    throw named.error;
  } catch (error) {
    if (!(error instanceof RetrievalError)) throw error;
    const shown = redactUrl(link === undefined ? feedUrl : url, { isPrivate: hidesPath });
    const named = redactUrl(target.feedUrl, { isPrivate: hidesPath });
    const reason = target.isNamedByPage ? `the page links to "${named}": ${error.message}` : error.message;
    throw new UserError(422, `Cannot add "${shown}": ${reason}`);
  }
}

/**
 * Finds the podcast that is known by a feed's URL, and applies the caller's `isPrivate`. Asks no feed's host.
 *
 * @throws UserError 400 for an invalid URL, 403 for a podcast that was taken down
 */
export async function findKnown(ctx: Context, params: AddParams): Promise<AddResult | undefined> {
  const { url, isPrivate, accountId } = params;
  if (readDirectoryLink(url) !== undefined) return undefined;
  const feedUrl = normalizeFeedUrl(url);
  const podcastId = await findUnlessTakenDown(ctx, {
    feedUrl,
    hidesPath: privacyJudge.hidesPath({ feedUrl, isPrivate }),
  });
  if (podcastId === undefined) return undefined;
  const privacy = await privacyJudge.run(ctx, { feedUrl, isPrivate, isListed: false });
  await privacyJudge.settle(ctx, { podcastId, accountId, privacy });
  return summariseKnown(ctx, podcastId);
}

type Page = { kind: "page"; reply: FetchReply; viaUrls: string[]; error: RetrievalError };
type Added = { kind: "podcast"; result: AddResult } | Page;

/** Refreshes the podcast known by the target's URL, or fetches that URL and stores its feed. */
async function addOrRefresh(ctx: Context, target: Target): Promise<Added> {
  const known = await findUnlessTakenDown(ctx, target);
  if (known === undefined) return add(ctx, target);
  const { feedUrl, viaUrls, privacy, isListed, accountId, isForced } = target;
  const judged = await judge(ctx, { privacy, isListed }, [...viaUrls, feedUrl]);
  await privacyJudge.settle(ctx, { podcastId: known, accountId, privacy: judged, isListed });
  return { kind: "podcast", result: await refresh(ctx, { podcastId: known, isForced }) };
}

async function followPage(ctx: Context, { page, target }: { page: Page; target: Target }): Promise<Target> {
  const named = await findFeedOfPage(ctx, page.reply);
  if (named === undefined) throw page.error;
  return { ...target, feedUrl: normalizeFeedUrl(named), viaUrls: page.viaUrls, isNamedByPage: true, isListed: false };
}

/** Finds the podcast that is known by a feed's URL. @throws UserError 403 if it was taken down */
async function findUnlessTakenDown(ctx: Context, { feedUrl, hidesPath }: Pick<Target, "feedUrl" | "hidesPath">) {
  await takedownGate.run(ctx, { feedUrls: [feedUrl], shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  return findPodcastIdOfFeed(ctx.db, feedUrl);
}

/** A feed that a public directory lists is public wherever it redirects to, unless a URL carries a secret. */
async function judge(
  ctx: Context,
  { privacy, isListed }: Pick<Target, "privacy" | "isListed">,
  viaUrls: readonly string[],
): Promise<privacyJudge.Privacy> {
  const judged = await privacyJudge.withUrls(ctx, privacy, viaUrls);
  return isListed ? { ...judged, isSuspect: false } : judged;
}

async function add(ctx: Context, target: Target): Promise<Added> {
  const { feedUrl, hidesPath, accountId } = target;
  const pauseSeconds = await takeHostSlot(ctx.db, feedUrl);
  if (pauseSeconds !== undefined) {
    throw new RetrievalError(`its host has had too many requests, and can be asked again in ${pauseSeconds} s`);
  }
  const { reply } = await retrieve(ctx, { url: feedUrl, isPrivate: hidesPath });
  // Includes redirects: the feed is read from the last one.
  const viaUrls = [...target.viaUrls, feedUrl, ...reply.redirects.map(({ url }) => url)];
  await takedownGate.run(ctx, { feedUrls: viaUrls, shown: redactUrl(feedUrl, { isPrivate: hidesPath }) });
  const privacy = await judge(ctx, target, viaUrls);
  // A feed that moved permanently is stored with both URLs, and the new one may be known already. A feed with a secret
  // keeps only the URL that its owner entered.
  const movedTo = privacy.hasSecret || reply.permanentUrl === undefined ? undefined : usableUrl(reply.permanentUrl);
  const isPublic = privacyJudge.reasonOf(privacy) === undefined;
  const plainUrl = withoutTracking(feedUrl);
  // Who enters a variant of a private feed's URL must not learn of it.
  const untracked = isPublic && !(await isPrivateFeed(ctx.db, plainUrl)) ? plainUrl : undefined;
  const feedUrls = [...new Set([movedTo, feedUrl, untracked].filter((candidate) => candidate !== undefined))];
  const join = { feedUrl, feedUrls, accountId, privacy };
  const known = await joinKnown(ctx, join);
  if (known !== undefined) return { kind: "podcast", result: known };
  const redirectedTo = isPublic ? await showJoiner.findRedirectTarget(ctx.db, reply) : undefined;
  if (redirectedTo !== undefined) return { kind: "podcast", result: await summariseKnown(ctx, redirectedTo) };
  try {
    const shown = redactUrl(feedUrl, { isPrivate: hidesPath });
    return await store(ctx, { reply, feedUrls, viaUrls, shown, privateReason: privacyJudge.reasonOf(privacy) });
  } catch (error) {
    // unique_violation: the feed was stored in the meantime, by another request or by an earlier attempt whose reply
    // was lost.
    const stored = errorCodeOf(error) === "23505" ? await joinKnown(ctx, join) : undefined;
    if (stored === undefined) throw error;
    return { kind: "podcast", result: stored };
  }
}

type Join = Pick<Target, "feedUrl" | "accountId" | "privacy"> & { feedUrls: string[] };
/** Finds the podcast that is known by one of `feedUrls`, and stores `feedUrl` as another URL of it. */
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
  return summariseKnown(ctx, known);
}

type Fetched = Omit<Page, "kind" | "error"> & {
  feedUrls: string[];
  shown: string;
  privateReason: PrivateReason | undefined;
};
async function store(ctx: Context, { reply, feedUrls, viaUrls, shown, privateReason }: Fetched): Promise<Added> {
  return withinFeedMemory({ numBytes: maxInflatedBytes(reply.body), signal: ctx.signal }, async () => {
    const read = await readReply(ctx, reply);
    if (read.kind === "not-a-feed") return { kind: "page", reply, viaUrls, error: read.error };
    await takedownGate.requireNewShow(ctx, { feed: read.feed, shown });
    const known = privateReason === undefined ? await showJoiner.run(ctx, { feed: read.feed, feedUrls }) : undefined;
    if (known !== undefined) return { kind: "podcast", result: await summariseKnown(ctx, known) };
    const stored = await feedStorer.run(ctx, {
      feed: read.feed,
      content: { body: reply.body, contentType: reply.contentType, baseUrl: reply.url },
      target: { kind: "new", feedUrls, privateReason },
      hub: chooseHub({ feed: read.feed, feedUrl: feedUrls[0] ?? reply.url, reply }),
      success: () => ({
        isChanged: true,
        etag: reply.etag,
        lastModified: reply.lastModified,
        validatorsUrl: reply.url,
        ...firstVisit(ctx, { reply, feed: read.feed, isPrivate: privateReason !== undefined }),
      }),
    });
    ctx.log.info("Podcast added", {
      podcast_id: stored.podcastId,
      num_episodes: stored.numInserted,
      ...feedStorer.toSkippedFields(stored),
    });
    return { kind: "podcast", result: await summarise(ctx, { ...stored, isNew: true }) };
  });
}

/** Returns undefined for a redirect target that cannot be stored; the feed is added all the same. */
function usableUrl(url: string): string | undefined {
  try {
    return normalizeFeedUrl(url);
  } catch {
    return undefined;
  }
}

/** Crawls a known podcast's feed again, unless a crawler holds it or its host pauses. */
async function refresh(
  ctx: Context,
  { podcastId, isForced }: { podcastId: number; isForced: boolean },
): Promise<AddResult> {
  const update = await step(ctx.log, "refresh_podcast", () =>
    podcastClaimer.run(ctx, {
      podcastId,
      work: (claim) => podcastUpdater.run(ctx, { claim, isAsked: true, isForced }),
    }),
  );
  if (update?.kind === "failed") throw new RetrievalError(update.error);
  const { numSkipped, skipped } = update?.kind === "changed" ? update : { numSkipped: 0, skipped: [] };
  return summarise(ctx, { podcastId, isNew: false, numSkipped, skipped });
}

function summariseKnown(ctx: Context, podcastId: number): Promise<AddResult> {
  return summarise(ctx, { podcastId, isNew: false, numSkipped: 0, skipped: [] });
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
  if (row === undefined) throw new UserError(404, `Cannot add podcast "${podcastId}": it was removed in the meantime`);
  const { reason, ...shown } = row;
  const privateReason = reason === null ? {} : { privateReason: privacyJudge.PRIVATE_REASONS[reason] };
  return { podcastId, isNew, ...shown, ...privateReason, numSkipped, skipped };
}
