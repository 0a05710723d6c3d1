import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { UserError } from "../../shared/errors.ts";
import { adminFunction } from "../../shared/http/function.ts";

/** Migrates the schema to this version, with the role in DATABASE_MIGRATE_URL or, without one, DATABASE_URL. */
export default adminFunction({
  usesDatabase: false,
  // Building an index over all episodes takes hours, and an aborted build must start over.
  onceTimeoutMs: 24 * 3_600_000,
  readParams: () => ({}),
  async run(ctx) {
    const { databaseMigrateUrl, databaseUrl } = ctx.config;
    const url = databaseMigrateUrl ?? databaseUrl;
    if (url === undefined)
      throw new UserError(500, "Cannot migrate: neither DATABASE_MIGRATE_URL nor DATABASE_URL is set");
    const setting = databaseMigrateUrl === undefined ? "DATABASE_URL" : "DATABASE_MIGRATE_URL";
    return { applied: await migrate({ url, setting, log: ctx.log, migrations: MIGRATIONS }) };
  },
});
