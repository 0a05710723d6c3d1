import { sql } from "drizzle-orm";
import { decodeCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { msOf, toDate } from "./listed-crawl.ts";

/** A host that has asked podcore to wait, and is asked more slowly since. */
export type SlowHost = {
  host: string;
  /** Nothing is requested until then. */
  pausedUntil: Date | undefined;
  /** How many times longer than usual the time between requests is. */
  slowness: number;
  /** Its podcasts that are due, up to `NUM_DUE_MAX`. */
  numDue: number;
};

// A large host's backlog is not counted to its end.
export const NUM_DUE_MAX = 1_000;

/** Lists slow hosts by name, up to `first` + 1: one too many means there are more. @throws UserError 400 for an invalid cursor */
export async function listSlowHosts(db: Database, { first, after }: PageRequest): Promise<Edge<SlowHost>[]> {
  const start = after === undefined ? undefined : decodeCursor(after).key;
  const rows = await db.repeatable.execute<{
    host: string;
    paused_ms: number | null;
    slowness: number;
    num_due: number;
  }>(
    sql`
      select h.host, h.slowness, case when h.paused_until > podcore_now() then ${msOf(sql`h.paused_until`)} end as paused_ms,
        (select count(*)::int from (
          select from podcast_crawl c
          where c.host = h.host and podcast_claimable_at(c.due_at, c.lease_expires_at, c.num_unfinished) <= podcore_now()
          limit ${NUM_DUE_MAX}::int
        ) due) as num_due
      from crawl_host h where h.slowness > 1 ${start === undefined ? undefined : sql`and h.host > ${start}::text`}
      order by h.host limit ${first + 1}::int`,
  );
  return rows.map((row) => ({
    node: { host: row.host, pausedUntil: toDate(row.paused_ms), slowness: row.slowness, numDue: row.num_due },
    cursor: encodeCursor(row.host, 0),
  }));
}
