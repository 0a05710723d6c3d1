import { and, eq, sql } from "drizzle-orm";
import { limitByAddress } from "../auth/limit-by-address.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { directoryPodcast, podcast } from "../db/schema.ts";
import { type RateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { notFound, tooManyRequests, UserError } from "../errors.ts";
import { redactUrl } from "../fetch/redact.ts";
import * as podcastAdder from "../podcasts/podcast-adder.ts";
import { takenDown } from "../podcasts/takedown-gate.ts";
import { storedIdOf } from "../podcasts/visible.ts";
import { isStored, STORED } from "./list-directory-podcasts.ts";

// Enough for a household to open a whole page of results; a robot that follows every link is soon stopped.
const LIMIT: RateLimit = { kind: "directory-podcast-add", max: 30, windowSeconds: 600 };

// Column limit of directory_podcast.last_error.
const ERROR_MAX = 2_000;

type Added = { id: number; title: string };

/**
 * Adds a podcast from the directory, unless it is stored already. A feed that failed within the last ten minutes is not
 * fetched again.
 *
 * @throws UserError 403 for a podcast that was taken down, 404 for an unknown id, 422 if there is no feed or it cannot
 * be fetched, 429 if the network adds too many
 */
export async function run(ctx: Context, { id }: { id: number }): Promise<Added> {
  const found = await findDirectoryPodcast(ctx.db, { id, accountId: ctx.caller.account?.id });
  if (found === undefined) throw notFound("directory_podcast", id);
  if (found.takenDownReason !== null) throw takenDown(redactUrl(found.feedUrl), found.takenDownReason);
  if (found.podcast !== null) return found.podcast;
  if (found.failedLately !== null) throw new UserError(422, found.failedLately);
  await checkAddLimit(ctx);
  try {
    const added = await podcastAdder.run(ctx, { url: found.feedUrl });
    // A public directory lists the URL, so a mark as private does not count. A secret in a URL that led to the feed does.
    if (added.isPrivate)
      await ctx.db.repeatable
        .update(podcast)
        .set({ isPrivate: false, privateReason: null })
        .where(and(eq(podcast.id, added.podcastId), sql`${podcast.privateReason} is distinct from 'secret'`));
    await record(ctx, { id, podcastId: added.podcastId });
    return { id: added.podcastId, title: added.title };
  } catch (error) {
    // A separate statement, because the failed transaction was rolled back. A takedown does not count as the feed's
    // failure: once it ends, the feed can be added at once.
    if (error instanceof UserError && error.status < 500 && error.status !== 403) await record(ctx, { id, error });
    throw error;
  }
}

/** Adding takes a fetch, and anyone can follow this link. @throws UserError 429 */
async function checkAddLimit(ctx: Context): Promise<void> {
  // An operator's call has no address.
  if (ctx.caller.address === "") return;
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(LIMIT, ctx));
  if (!isAllowed)
    throw tooManyRequests("Too many podcasts were added from your network, try again later", retryAfterSeconds);
}

async function record(ctx: Context, result: { id: number; podcastId?: number; error?: UserError }): Promise<void> {
  const { id, podcastId, error } = result;
  await ctx.db.repeatable
    .update(directoryPodcast)
    .set({
      ...(podcastId !== undefined && { podcastId }),
      lastError: error?.message.slice(0, ERROR_MAX) ?? null,
      lastErrorAt: error === undefined ? null : sql`podcore_now()`,
      updatedAt: sql`podcore_now()`,
    })
    .where(eq(directoryPodcast.id, id));
}

const FAILED_LATELY = sql<boolean>`coalesce(${directoryPodcast.lastErrorAt} > podcore_now() - interval '10 minutes', false)`;

/**
 * Finds a podcast of a directory. `failedLately`: why it could not be added within the last ten minutes.
 * `takenDownReason`: why the podcast stored for it was taken down.
 */
async function findDirectoryPodcast(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const [row] = await db.repeatable
    .select({
      title: directoryPodcast.title,
      feedUrl: directoryPodcast.feedUrl,
      podcast: STORED,
      failedLately: sql<string | null>`case when ${FAILED_LATELY} then ${directoryPodcast.lastError} end`,
      takenDownReason: sql<string | null>`(
        select hidden.taken_down_reason from podcast hidden where hidden.id = ${storedIdOf()})`,
    })
    .from(directoryPodcast)
    .leftJoin(podcast, isStored(accountId))
    .where(eq(directoryPodcast.id, id));
  return row;
}
