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

// A household may look through a whole page of results; a robot that follows every link is stopped soon.
const LIMIT: RateLimit = { kind: "directory-podcast-add", max: 30, windowSeconds: 600 };

// What directory_podcast.last_error holds.
const ERROR_MAX = 2_000;

type Added = { id: number; title: string };

/**
 * Adds the podcast that a directory lists, unless it is stored already. One that failed within the last ten minutes is
 * not asked again.
 *
 * @throws UserError 403 for a podcast that was taken down, 404 for an unknown id, 429 for a network that adds too many, 422 for what is no feed or cannot be fetched
 */
export async function run(ctx: Context, { id }: { id: number }): Promise<Added> {
  const found = await findDirectoryPodcast(ctx.db, { id, accountId: ctx.caller.account?.id });
  if (found === undefined) throw notFound("directory_podcast", id);
  if (found.takenDownReason !== null) throw takenDown(redactUrl(found.feedUrl), found.takenDownReason);
  if (found.podcast !== null) return found.podcast;
  if (found.failedLately !== null) throw new UserError(422, found.failedLately);
  await requireLeave(ctx);
  try {
    const added = await podcastAdder.run(ctx, { url: found.feedUrl });
    // A public directory lists the URL, so a mark does not hold. A secret on the way to the feed does.
    if (added.isPrivate)
      await ctx.db.repeatable
        .update(podcast)
        .set({ isPrivate: false, privateReason: null })

        .where(and(eq(podcast.id, added.podcastId), sql`${podcast.privateReason} is distinct from 'secret'`));
    await record(ctx, { id, podcastId: added.podcastId });
    return { id: added.podcastId, title: added.title };
  } catch (error) {
    // What failed has rolled back whatever it did: this is a statement of its own.
    // A takedown is no failure of the feed: once it has ended, the feed can be added at once.
    if (error instanceof UserError && error.status < 500 && error.status !== 403) await record(ctx, { id, error });
    throw error;
  }
}

/** Adding takes a fetch, and this comes by a link that anybody may follow. */
async function requireLeave(ctx: Context): Promise<void> {
  // An operator has none.
  if (ctx.caller.address === "") return;
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(LIMIT, ctx));
  if (!isAllowed)
    throw tooManyRequests("Too many podcasts were added from your network: try again later", retryAfterSeconds);
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
 * `takenDownReason`: why the podcast that is stored of it was taken down.
 */
async function findDirectoryPodcast(
  db: Database,
  { id, accountId }: { id: number; accountId: number | undefined },
) {
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
