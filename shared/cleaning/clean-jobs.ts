import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Deletes up to `limit` parked jobs: after a month, and at once where what they are about is gone, so that they could
 * never be done (a code that was used or has expired, a podcast, an account). @returns how many it deleted
 */
export async function cleanJobs(db: Database, { limit }: { limit: number }): Promise<number> {
  const rows = await db.repeatable.execute(sql`
    delete from job where id = any(array(
      select id from job j
      where parked_at is not null and (
        parked_at < podcore_now() - interval '1 month'
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

/** The id in a job's args; NULL where it is none. */
function idIn(name: string): SQL {
  return sql`case when args->>${name}::text ~ '^[0-9]{1,18}$' then (args->>${name}::text)::bigint end`;
}
