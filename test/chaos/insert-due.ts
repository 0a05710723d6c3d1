import { openPool } from "../../shared/db/pool.ts";
import { insertDuePodcasts } from "../support/rows.ts";

/** Inserts podcasts at feed URLs, due and never crawled. */
export async function insertDue(databaseUrl: string, feedUrls: readonly string[]): Promise<void> {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-chaos" });
  await insertDuePodcasts(pool.db, feedUrls);
  await pool.close();
}
