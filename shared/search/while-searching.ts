import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

// Postgres settings for a search's transaction.
const SETTINGS = {
  // How much of a query a title must contain to count as similar. A six-letter word with its first two letters swapped
  // scores 0.4.
  "pg_trgm.word_similarity_threshold": "0.35",
  // For words that most rows contain, ranks a sample of about this many rows: reading all of them would take seconds.
  gin_fuzzy_search_limit: "20000",
  // Room for the set of matching rows. With less, Postgres would parse the words of the notes again.
  work_mem: "64MB",
  // For words that most rows contain, Postgres would prefer to read all rows, unaware of the sample.
  enable_seqscan: "off",
  // Before Postgres 18, a disabled plan type counts as expensive, and JIT compiling an expensive statement takes longer
  // than running it.
  jit: "off",
  // Nobody waits longer for a page of results.
  statement_timeout: "5s",
};

/** Runs a search in a transaction of its own, with these settings. */
export async function whileSearching<T>(db: Database, search: (tx: Database) => Promise<T>): Promise<T> {
  const settings = Object.entries(SETTINGS).map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
  return db.repeatable.transaction(
    async (tx) => {
      await tx.repeatable.execute(sql`select ${sql.join(settings, sql`, `)}`);
      return search(tx);
    },
    { isReadOnly: true },
  );
}

/**
 * Returns the LIKE pattern of titles that contain the query. A query under three characters cannot use the trigram
 * index, so it matches only the start.
 */
export function titlePattern(query: string): string {
  const literal = query.replace(/[\\%_]/g, "\\$&");
  return [...query].length < 3 ? `${literal}%` : `%${literal}%`;
}
