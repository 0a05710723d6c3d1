import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { RETENTION } from "./retention.ts";

/**
 * Deletes up to `limit` parked jobs: after a month, or at once if their subject is gone (a used or expired code, a
 * podcast, an account), since they can never succeed. @returns how many it deleted
 */
export async function cleanJobs(db: Database, { limit }: { limit: number }): Promise<number> {
  const rows = await db.repeatable.execute(sql`
    delete from job where id = any(array(
      select id from job j
      where parked_at is not null and (
        parked_at < podcore_now() - ${RETENTION.parkedJob}::interval
        or args ? 'verificationCodeId' and not exists (
          select from verification_code c where c.id = ${idIn("verificationCodeId")} and c.expires_at > podcore_now())
        or args ? 'podcastId' and not exists (select from podcast p where p.id = ${idIn("podcastId")})
        or args ? 'email' and not exists (select from account a where lower(a.email) = lower(args->>'email'))
      )
      order by parked_at
      limit ${limit}::int
      for update skip locked
    )) returning 1`);
  return rows.length;
}

/** Returns the id in a job's args, or NULL if it is not a number. */
function idIn(name: string): SQL {
  return sql`case when args->>${name}::text ~ '^[0-9]{1,18}$' then (args->>${name}::text)::bigint end`;
}
