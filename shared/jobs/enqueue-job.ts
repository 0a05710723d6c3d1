import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { JobDefinition, JobOf } from "./job.ts";

/**
 * Stores a job that is due immediately, and returns its ID. Call it in the transaction of the change that requires the job.
 * `D` is the job's definition: `enqueueJob<typeof podcastRefresh>(tx, { name, args })`. Callers import only its type, so
 * that their artifacts do not contain the code that runs the job.
 */
export async function enqueueJob<D extends JobDefinition = never>(
  db: Database,
  { name, args }: JobOf<NoInfer<D>>,
): Promise<number> {
  const [row] = await db.once.execute<{ id: string }>(sql`
    insert into job (name, args) values (${name}::text, ${JSON.stringify(args)}::jsonb) returning id`);
  return Number(row?.id);
}
