import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { requestPages } from "../crawl/pages/next-page.ts";
import type { Database } from "../db/pool.ts";
import { podcast, podcastPages } from "../db/schema.ts";
import { type RateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { notFound, tooManyRequests } from "../errors.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { isVisible } from "./visible.ts";

// Some hundred episodes. A reader can ask again.
const NUM_PAGES = 10;
// Each makes up to ten requests to a host.
const ACCOUNT_LIMIT: RateLimit = { kind: "older-episodes", max: 20, windowSeconds: 60 * 60 };

type Params = { accountId: number; podcastId: number };

/**
 * Requests the next pages of a feed that the account may see (RFC 5005), beyond those that were read.
 *
 * @returns false if there are none, or they are being read
 * @throws UserError 404; 429 if the account makes too many requests
 */
export async function run(ctx: Context, { accountId, podcastId }: Params): Promise<boolean> {
  const pages = await findPages(ctx.db, { podcastId, accountId });
  if (pages === undefined) throw notFound("podcast", podcastId);
  if (!pages.hasNext) return false;
  const limit = { ...ACCOUNT_LIMIT, subject: String(accountId) };
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limit);
  if (!isAllowed) {
    throw tooManyRequests(
      `Cannot load older episodes of podcast "${podcastId}": an account can ask for them ${ACCOUNT_LIMIT.max} times an hour`,
      retryAfterSeconds,
    );
  }
  const isRequested = await requestPages(ctx.db, { podcastId, num: NUM_PAGES });
  if (isRequested) workerWaker.run(ctx);
  return isRequested;
}

async function findPages(db: Database, { podcastId, accountId }: Params) {
  const [row] = await db.repeatable
    .select({ hasNext: sql<boolean>`${podcastPages.nextUrl} is not null` })
    .from(podcast)
    .leftJoin(podcastPages, eq(podcastPages.podcastId, podcast.id))
    .where(and(eq(podcast.id, podcastId), isVisible(accountId)));
  return row;
}
