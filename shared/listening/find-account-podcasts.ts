import { and, eq } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast } from "../db/schema.ts";

/** Finds what an account has added or subscribed to, by podcast id. */
export async function findAccountPodcasts(
  db: Database,
  { accountId, podcastIds }: { accountId: number; podcastIds: number[] },
): Promise<Map<number, AccountPodcast>> {
  const rows = await db.repeatable
    .select()
    .from(accountPodcast)
    .where(and(eq(accountPodcast.accountId, accountId), isAnyOf(accountPodcast.podcastId, podcastIds)));
  return new Map(rows.map((row) => [row.podcastId, row]));
}
