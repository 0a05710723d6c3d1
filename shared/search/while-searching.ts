import { sql } from "drizzle-orm";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";
import { UserError } from "../errors.ts";

// Postgres settings for a search's transaction.
const SETTINGS = {
  // How much of a query a title must contain to count as similar. A six-letter word with its first two letters swapped
  // scores 0.4.
  "pg_trgm.word_similarity_threshold": "0.35",
  // Postgres does not know how many rows contain a word, and might read all rows instead of the index.
  enable_seqscan: "off",
  // Before Postgres 18, a disabled plan type counts as expensive, and JIT compiling an expensive statement takes longer
  // than running it.
  jit: "off",
  // Parallel workers would begin with all parts of a search, of which the first are mostly enough.
  max_parallel_workers_per_gather: "0",
  // Room for the rows that contain a frequent word. With less, Postgres reads rows that do not contain it.
  work_mem: "64MB",
  // Nobody waits longer for a list of results. The rest of the page is shown without it.
  statement_timeout: "3s",
};

/**
 * A search took too long. The caller shows what else there is. Not a 503, and without its cause: those say that the
 * database is unavailable, which fails the whole request.
 */
export class SlowSearchError extends UserError {
  constructor() {
    super(422, "Cannot search: it takes too long just now. Try again later, or with other words");
  }
}

/** Runs a search in a transaction of its own, with these settings. @throws SlowSearchError */
export async function whileSearching<T>(db: Database, search: (tx: Database) => Promise<T>): Promise<T> {
  const settings = Object.entries(SETTINGS).map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
  try {
    return await db.repeatable.transaction(
      async (tx) => {
        await tx.repeatable.execute(sql`select ${sql.join(settings, sql`, `)}`);
        return search(tx);
      },
      { isReadOnly: true },
    );
  } catch (error) {
    // query_canceled: statement_timeout
    if (errorCodeOf(error) === "57014") throw new SlowSearchError();
    throw error;
  }
}

/**
 * Returns the LIKE pattern of titles that contain the query. A query under three characters cannot use the trigram
 * index, so it matches only the start.
 */
export function titlePattern(query: string): string {
  const literal = query.replace(/[\\%_]/g, "\\$&");
  return [...query].length < 3 ? `${literal}%` : `%${literal}%`;
}
