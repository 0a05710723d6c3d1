import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { job } from "../jobs/job.ts";
import { readFields, readId } from "../json.ts";
import { takeHostTurn } from "./hosts/take-host-turn.ts";
import * as podcastClaimer from "./podcast-claimer.ts";
import * as podcastUpdater from "./podcast-updater.ts";

// What the job's time leaves beside a fetch.
const MAX_WAIT_MS = 4_000;

/**
 * Crawls a podcast now, due or not, and without validators: whoever asks for it expects what the host has now. Waits for
 * the host's turn. If that is further away, or the host pauses, the podcast becomes due, so that the crawl tick asks in
 * turn. Does nothing if the podcast is gone or being crawled. A failed crawl is recorded and retried by the crawl
 * schedule, not by this job.
 */
export const podcastRefresh = job({
  name: "podcast_refresh",
  // The deadline of a fetch is 30 s. Also how long a tick waits for work in flight when its budget is used up.
  timeoutMs: 35_000,
  parse: (args) => ({ podcastId: readId(readFields(args), "podcastId") }),
  async run(ctx, { podcastId }) {
    const update = (await waitForTurn(ctx, { podcastId }))
      ? await podcastClaimer.run(ctx, {
          podcastId,
          hasTurn: true,
          work: (claim) => podcastUpdater.run(ctx, { claim, isAsked: true }),
        })
      : undefined;
    if (update !== undefined) return;
    await makeDue(ctx.db, podcastId);
    ctx.log.info("Podcast not refreshed", {
      podcast_id: podcastId,
      reason: "gone, held, or its host is busy or pauses",
    });
  },
});

/**
 * Returns true when the podcast's host may be asked; false if that is too far away, or the podcast is gone or, with
 * `isDue`, not due any more.
 */
export async function waitForTurn(
  ctx: Context,
  { podcastId, isDue = false }: { podcastId: number; isDue?: boolean },
): Promise<boolean> {
  const [crawl] = await ctx.db.repeatable.execute<{ host: string | null }>(sql`
    select host from podcast_crawl
    where podcast_id = ${podcastId}::bigint and (due_at <= podcore_now() or not ${isDue}::boolean)`);
  if (crawl === undefined || crawl.host === null) return false;
  const waitMs = await takeHostTurn(ctx.db, { host: crawl.host, withinMs: MAX_WAIT_MS });
  if (waitMs === undefined) return false;
  await sleep(waitMs, undefined, { signal: ctx.signal });
  return true;
}

/** Makes a podcast due, unless a crawler holds it, it is never due, or crawlers ended during its crawl: it backs off. */
async function makeDue(db: Database, podcastId: number): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_crawl set due_at = podcore_now()
    where podcast_id = ${podcastId}::bigint and due_at > podcore_now() and due_at < 'infinity'
      and lease_expires_at is null and num_unfinished = 0`);
}
