import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Job } from "../jobs/jobs.ts";

/** Stores a job that is due at once. In the caller's transaction, it is there if what it is for is. @returns its id */
export async function enqueueJob(db: Database, { name, args }: Job): Promise<number> {
  const [row] = await db.once.execute<{ id: string }>(sql`
    insert into job (name, args) values (${name}::text, ${JSON.stringify(args)}::jsonb) returning id`);
  return Number(row?.id);
}
