import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

// What a search asks of Postgres, for its own transaction alone.
const SETTINGS = {
  // How much of what was typed has to be in a title for it to count as misspelt: of a word of six letters whose first two
  // are swapped 0.4.
  "pg_trgm.word_similarity_threshold": "0.35",
  // Of words that nearly every row has, a sample of some this many rows is ranked: reading them all would take seconds.
  gin_fuzzy_search_limit: "20000",
  // Room for which rows match, without which Postgres would read their words out of the notes again.
  work_mem: "64MB",
  // For words that nearly every row has Postgres would rather read all rows, not knowing of the sample.
  enable_seqscan: "off",
  // Until Postgres 18 what is switched off counts as dear, and compiling a dear statement takes longer than running it.
  jit: "off",
  // Nobody waits longer for a page of results.
  statement_timeout: "5s",
};

/** Runs a search in a transaction of its own, within bounds that hold for it alone. */
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

/** The LIKE pattern of titles that hold the query; of a short one, which no index could find within them, those that begin with it. */
export function titlePattern(query: string): string {
  const literal = query.replace(/[\\%_]/g, "\\$&");
  return [...query].length < 3 ? `${literal}%` : `%${literal}%`;
}
