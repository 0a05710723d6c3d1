import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

// Keeps row locks to a few milliseconds. The next tick, minutes later, publishes what is left.
const BATCH_SIZE = 1_000;

/** Publishes episodes whose announced date has come: from now on lists order them by it. */
export async function run(ctx: Context): Promise<{ numPublished: number }> {
  // Skips a row that a crawl is writing. The next tick publishes it.
  const rows = await ctx.db.repeatable.execute(sql`
    update episode set published_at = announced_for, announced_for = null, updated_at = podcore_now()
    where id = any(array(
      select id from episode where announced_for <= podcore_now()
      order by announced_for limit ${BATCH_SIZE}::int
      for update skip locked
    )) returning 1`);
  if (rows.length > 0) ctx.log.info("Announced episodes published", { num_published: rows.length });
  return { numPublished: rows.length };
}
