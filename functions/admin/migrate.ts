import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { adminFunction } from "../../shared/http/function.ts";

/** Brings the schema up to this code. The role in DATABASE_URL must be allowed to. */
export default adminFunction({
  usesDatabase: false,
  // An index over all episodes takes hours, and what is given up half-way has to begin again.
  onceTimeoutMs: 24 * 3_600_000,
  readParams: () => ({}),
  async run(ctx) {
    const url = ctx.config.databaseUrl;
    if (url === undefined) throw new Error("Cannot migrate: DATABASE_URL is not set");
    return { applied: await migrate({ url, log: ctx.log, migrations: MIGRATIONS }) };
  },
});
