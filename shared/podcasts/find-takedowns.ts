import { and } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast } from "../db/schema.ts";
import { isTakenDownFor } from "./visible.ts";

/** What subscribers see of a podcast that was taken down. */
export type Takedown = { title: string; reason: string; at: Date };

/** Finds which of these podcasts were taken down, if the account has added or subscribed to them; by podcast id. */
export async function findTakedowns(
  db: Database,
  { accountId, podcastIds }: { accountId: number; podcastIds: number[] },
): Promise<Map<number, Takedown>> {
  const rows = await db.repeatable
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, podcastIds), isTakenDownFor(accountId)));
  return new Map(
    rows.flatMap((row) => {
      const takedown = toTakedown(row);
      return takedown === undefined ? [] : [[row.id, takedown] as const];
    }),
  );
}

export function toTakedown({ title, takenDownAt, takenDownReason }: Podcast): Takedown | undefined {
  return takenDownAt === null ? undefined : { title, reason: takenDownReason ?? "", at: takenDownAt };
}
