import { sql } from "drizzle-orm";
import { UserError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { errorCodeOf } from "./failure.ts";
import type { Database } from "./pool.ts";
import { LATEST_MIGRATION } from "./schema-version.gen.ts";

/** Checks the schema's version. @throws UserError 503 while the database's schema is older than this code */
export async function checkSchema(db: Database, log: Log): Promise<void> {
  const newest = await newestMigration(db);
  if (newest >= LATEST_MIGRATION.when) return;
  log.error("Schema is older than this code: run admin-migrate", { needed: LATEST_MIGRATION.tag });
  throw new UserError(503, "Service unavailable: the database is being upgraded");
}

async function newestMigration(db: Database): Promise<number> {
  try {
    const [row] = await db.repeatable.execute<{ when: number | null }>(
      sql`select max(created_at)::float8 as "when" from drizzle.__drizzle_migrations`,
    );
    return row?.when ?? 0;
  } catch (error) {
    // undefined_table, invalid_schema_name: the database was never migrated.
    if (["42P01", "3F000"].includes(errorCodeOf(error) ?? "")) return 0;
    throw error;
  }
}
