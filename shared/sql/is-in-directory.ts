import { eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { directoryPodcast } from "../db/schema.ts";

/** Returns true if a public directory has answered with this feed URL: then it is no secret. */
export async function isInDirectory(db: Database, feedUrl: string): Promise<boolean> {
  const rows = await db.repeatable
    .select({ id: directoryPodcast.id })
    .from(directoryPodcast)
    .where(eq(directoryPodcast.feedUrl, feedUrl))
    .limit(1);
  return rows.length > 0;
}
