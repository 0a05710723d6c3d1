import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findCode } from "../db/failure.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { UserError } from "../errors.ts";
import type { SkippedItem } from "../feed/model.ts";
import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactUrl } from "../fetch/redact.ts";
import { step } from "../log/log.ts";
import { claimDuePodcasts } from "../sql/claim-due-podcasts.ts";
import { findPodcastIdByFeedUrl } from "../sql/find-feed-location.ts";
import { numEpisodes } from "../sql/num-episodes.ts";
import { delayAfterSuccess } from "./crawl-schedule.ts";
import { RetrievalError, read, retrieve } from "./feed-retriever.ts";
import * as feedStorer from "./feed-storer.ts";
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

/**
 * Adds the podcast at a feed URL with one GET, or refreshes it where it is known under that URL.
 *
 * @throws UserError 400 for what is no URL, 422 for what is no feed or cannot be fetched
 */
export async function run(ctx: Context, { url }: { url: string }): Promise<AddResult> {
  const feedUrl = normalizeFeedUrl(url);
  const known = await findPodcastIdByFeedUrl(ctx.db, [feedUrl]);
  if (known !== undefined) return refresh(ctx, { podcastId: known, feedUrl });
  try {
    // unique_violation: another added the same feed while this one was fetching it, under this URL or where it moved to.
    return await add(ctx, feedUrl).catch((error: unknown) => {
      if (findCode(error) !== "23505") throw error;
      return add(ctx, feedUrl);
    });
  } catch (error) {
    if (error instanceof RetrievalError) throw cannotAdd(feedUrl, error.message);
    throw error;
  }
}

async function add(ctx: Context, feedUrl: string): Promise<AddResult> {
  const { reply } = await retrieve(ctx, { url: feedUrl });
  // Where it redirects to counts as well: the feed is read there.
  const isPrivate = [feedUrl, ...reply.redirects.map(({ url }) => url)].some(carriesSecret);
  // A feed that moved for good is kept under both URLs; where it moved to may be known already. A private one stays at
  // the URL that its owner gave.
  const movedTo = isPrivate || reply.permanentUrl === undefined ? undefined : usableUrl(reply.permanentUrl);
  const feedUrls = [...new Set([movedTo, feedUrl].filter((candidate) => candidate !== undefined))];
  const known = await findPodcastIdByFeedUrl(ctx.db, feedUrls);
  if (known !== undefined) {
    await ctx.db
      .insert(podcastFeedLocation)
      .values({ podcastId: known, feedUrl, isCurrent: false })
      .onConflictDoNothing();
    return summarise(ctx, { podcastId: known, isNew: false, numSkipped: 0, skipped: [] });
  }
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
  { podcastId, feedUrl }: { podcastId: number; feedUrl: string },
): Promise<AddResult> {
  const [claim] = await step(ctx.log, "claim_podcast", () => claimDuePodcasts(ctx.db, { limit: 1, podcastId }));
  const update = claim === undefined ? undefined : await podcastUpdater.run(ctx, { claim });
  if (update?.kind === "failed") throw cannotAdd(feedUrl, update.error);
  const { numSkipped, skipped } = update?.kind === "changed" ? update : { numSkipped: 0, skipped: [] };
  return summarise(ctx, { podcastId, isNew: false, numSkipped, skipped });
}

function cannotAdd(feedUrl: string, reason: string): UserError {
  return new UserError(422, `Cannot add "${redactUrl(feedUrl)}": ${reason}`);
}

type Outcome = Pick<AddResult, "podcastId" | "isNew" | "numSkipped" | "skipped">;
async function summarise(ctx: Context, { podcastId, isNew, numSkipped, skipped }: Outcome): Promise<AddResult> {
  const [row] = await ctx.db
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
