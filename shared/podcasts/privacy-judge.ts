import { eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { directoryPodcast, type PrivateReason, podcastFeedLocation } from "../db/schema.ts";
import { isSubscribersFeed } from "../fetch/feed-hosts.ts";
import { carriesSecret } from "../fetch/feed-url.ts";
import { findPathToken } from "../fetch/path-token.ts";
import { isListedByDirectory } from "./ask-directory.ts";
import { findTitleOfOthers, settlePrivacy } from "./settle-privacy.ts";

/** What is known about a feed's privacy, from its URL and from the caller. */
export type Privacy = {
  /** What the caller said; undefined if nothing. */
  isPrivate: boolean | undefined;
  /** The URL certainly carries a password or token. */
  hasSecret: boolean;
  /** The URL's path looks like a token, and no directory lists it. */
  isSuspect: boolean;
};

/** Shown to users. None of them contains the URL, which subscribers may not see. */
export const PRIVATE_REASONS: Record<PrivateReason, string> = {
  secret: "The feed's URL carries a password or a token.",
  suspected:
    "The feed's URL has a long random part, like the URLs of feeds for paying subscribers. Nobody has said yet whether it is private.",
  marked: "It was marked as private when it was added.",
};

type Params = { feedUrl: string; isPrivate: boolean | undefined; isListed: boolean };

/** Judges a feed's URL. `isListed`: it was found in a public directory. */
export async function run(ctx: Context, { feedUrl, isPrivate, isListed }: Params): Promise<Privacy> {
  const isSuspect = !isListed && (await isAnySuspect(ctx, [feedUrl]));
  return { isPrivate, hasSecret: carriesSecret(feedUrl), isSuspect };
}

/** Also judges all URLs that led to a feed: a page or redirect may hide a token from the person who enters its URL. */
export async function withUrls(ctx: Context, privacy: Privacy, urls: readonly string[]): Promise<Privacy> {
  return {
    ...privacy,
    hasSecret: privacy.hasSecret || urls.some(carriesSecret),
    isSuspect: privacy.isSuspect || (await isAnySuspect(ctx, urls)),
  };
}

async function isAnySuspect(ctx: Context, urls: readonly string[]): Promise<boolean> {
  for (const url of urls) {
    if (findPathToken(url) !== undefined && !(await isInDirectory(ctx.db, url))) return true;
  }
  return false;
}

type Settled = {
  podcastId: number;
  accountId: number | undefined;
  privacy: Privacy;
  /** A public directory lists the URL that the podcast is known by. */
  isListed?: boolean;
};

/**
 * Updates a known podcast's privacy with a caller's answer. A URL without a token may lead to a podcast whose stored
 * URL has one, so the podcast's own URLs count too.
 *
 * A public feed's URL may look like a token as well: if an account that did not add the podcast adds it without a mark,
 * the directory is asked whether it lists the URL.
 */
export async function settle(ctx: Context, settled: Settled): Promise<void> {
  const { podcastId, accountId, privacy } = settled;
  const rows = await listFeedUrls(ctx.db, podcastId);
  const feedUrls = rows.map(({ feedUrl }) => feedUrl);
  const judged = await withUrls(ctx, privacy, feedUrls);
  const isListed =
    settled.isListed ||
    rows.some((row) => row.isListed) ||
    (judged.isSuspect && (await isPublicByDirectory(ctx, { podcastId, accountId, privacy: judged, feedUrls })));
  await settlePrivacy(ctx.db, { podcastId, accountId, isListed, ...judged });
}

async function isPublicByDirectory(
  ctx: Context,
  { podcastId, accountId, privacy, feedUrls }: Settled & { feedUrls: string[] },
): Promise<boolean> {
  const suspects = feedUrls.filter((feedUrl) => findPathToken(feedUrl) !== undefined);
  if (privacy.hasSecret || privacy.isPrivate === true || suspects.length === 0) return false;
  const title = await findTitleOfOthers(ctx.db, { podcastId, accountId });
  return title !== undefined && isListedByDirectory(ctx, { podcastId, title, feedUrls: suspects });
}

function listFeedUrls(db: Database, podcastId: number) {
  return db.repeatable
    .select({
      feedUrl: podcastFeedLocation.feedUrl,
      isListed: sql<boolean>`exists (
        select from ${directoryPodcast} where ${directoryPodcast.feedUrl} = ${podcastFeedLocation.feedUrl})`,
    })
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, podcastId));
}

/**
 * Returns why a new feed is private, or undefined if it is public. A feed whose path looks like a token is public only
 * if the caller says so.
 */
export function reasonOf({ isPrivate, hasSecret, isSuspect }: Privacy): PrivateReason | undefined {
  if (hasSecret) return "secret";
  if (isPrivate !== undefined) return isPrivate ? "marked" : undefined;
  return isSuspect ? "suspected" : undefined;
}

/**
 * True if errors and logs must not show the path: it is marked private, or it looks like a token and the caller did not
 * say that it is public.
 */
export function hidesPath({ feedUrl, isPrivate }: Pick<Params, "feedUrl" | "isPrivate">): boolean {
  const url = URL.parse(feedUrl);
  if (url !== null && isSubscribersFeed(url)) return true;
  return isPrivate ?? findPathToken(feedUrl) !== undefined;
}

/** True if a public directory has listed this feed URL, so that it is not a secret. */
export async function isInDirectory(db: Database, feedUrl: string): Promise<boolean> {
  const rows = await db.repeatable
    .select({ id: directoryPodcast.id })
    .from(directoryPodcast)
    .where(eq(directoryPodcast.feedUrl, feedUrl))
    .limit(1);
  return rows.length > 0;
}
