import { eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { directoryPodcast, type PrivateReason, podcastFeedLocation } from "../db/schema.ts";
import { isSubscribersFeed } from "../fetch/feed-hosts.ts";
import { carriesSecret } from "../fetch/feed-url.ts";
import { findPathToken } from "../fetch/path-token.ts";
import { isListedByDirectory } from "./ask-directory.ts";
import { findTitleOfOthers, settlePrivacy } from "./settle-privacy.ts";

/** What is known of a feed's privacy by the URL that was given, and by what was said with it. */
export type Privacy = {
  /** What whoever gave the URL said; undefined where nothing was said. */
  isPrivate: boolean | undefined;
  /** The URL carries a password or token for certain. */
  hasSecret: boolean;
  /** The URL's path looks like a token, and no directory lists it. */
  isSuspect: boolean;
};

/** What readers are told. None of them tells the URL: subscribers may not see it. */
export const PRIVATE_REASONS: Record<PrivateReason, string> = {
  secret: "The feed's URL carries a password or a token.",
  suspected:
    "The feed's URL has a long random part, as the URLs of feeds for paying subscribers do. Nobody has said yet whether it is private.",
  marked: "It was marked as private when it was added.",
};

type Asked = { feedUrl: string; isPrivate: boolean | undefined; isListed: boolean };

/** Judges the URL that was given. `isListed`: it was found in a public directory. */
export async function run(ctx: Context, { feedUrl, isPrivate, isListed }: Asked): Promise<Privacy> {
  const isSuspect = !isListed && (await isAnySuspect(ctx, [feedUrl]));
  return { isPrivate, hasSecret: carriesSecret(feedUrl), isSuspect };
}

/** Judges a feed by all URLs that led to it as well: a redirect or a page hides a token from whoever gives its URL. */
export async function alongTheWay(ctx: Context, privacy: Privacy, urls: readonly string[]): Promise<Privacy> {
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

type Settled = { podcastId: number; accountId: number | undefined; privacy: Privacy };

/**
 * Decides a known podcast's privacy by what is said now. A URL without a token may lead to a podcast that is stored under
 * one with a token, so the podcast's own URLs count too. A public feed's URL may look like a token as well: if another
 * than who added it gives the URL without a mark, the directory is asked whether it lists it.
 */
export async function settle(ctx: Context, { podcastId, accountId, privacy }: Settled): Promise<void> {
  const rows = await listFeedUrls(ctx.db, podcastId);
  const feedUrls = rows.map(({ feedUrl }) => feedUrl);
  const judged = await alongTheWay(ctx, privacy, feedUrls);
  const isListed =
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

/** Returns why a new feed is private; undefined where it is public. Where a path looks like a token, it takes a word to the contrary. */
export function reasonOf({ isPrivate, hasSecret, isSuspect }: Privacy): PrivateReason | undefined {
  if (hasSecret) return "secret";
  if (isPrivate !== undefined) return isPrivate ? "marked" : undefined;
  return isSuspect ? "suspected" : undefined;
}

/** Returns true if no error or log may tell the path: it is said to be secret, or looks so and nobody said that it is not. */
export function hidesPath({ feedUrl, isPrivate }: Pick<Asked, "feedUrl" | "isPrivate">): boolean {
  const url = URL.parse(feedUrl);
  if (url !== null && isSubscribersFeed(url)) return true;
  return isPrivate ?? findPathToken(feedUrl) !== undefined;
}

/** Returns true if a public directory has answered with this feed URL: then it is no secret. */
export async function isInDirectory(db: Database, feedUrl: string): Promise<boolean> {
  const rows = await db.repeatable
    .select({ id: directoryPodcast.id })
    .from(directoryPodcast)
    .where(eq(directoryPodcast.feedUrl, feedUrl))
    .limit(1);
  return rows.length > 0;
}
