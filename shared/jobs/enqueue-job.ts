import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { JobDefinition, JobOf } from "./job.ts";

/**
 * Stores a job that is due at once, and returns its id. Call it in the transaction of the change that the job follows
 * from. `D` is the job's definition: `enqueueJob<typeof podcastRefresh>(tx, { name, args })`. Only its type is imported,
 * so that whoever enqueues a job does not carry the code that does it.
 */
export async function enqueueJob<D extends JobDefinition = never>(
  db: Database,
  { name, args }: JobOf<NoInfer<D>>,
): Promise<number> {
  const [row] = await db.once.execute<{ id: string }>(sql`
    insert into job (name, args) values (${name}::text, ${JSON.stringify(args)}::jsonb) returning id`);
  return Number(row?.id);
}
