import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { startPostgres } from "../../shared/dev/postgres.ts";
import { createLog } from "../../shared/log/log.ts";
import { checkDist } from "./dist.ts";
import { SERVER_URL_VARIABLE, TEMPLATE, urlOf } from "./postgres.ts";

let stop: () => Promise<void>;

/** Checks dist/, and starts one Postgres for the whole run, with a migrated template that each file's database is copied from. */
export async function globalSetup(): Promise<void> {
  checkDist();
  const directory = await mkdtemp(join(tmpdir(), "podcore-test-"));
  const server = await startPostgres({ dataDir: join(directory, "postgres") });
  stop = async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  // Test files run in processes of their own, which inherit it.
  process.env[SERVER_URL_VARIABLE] = server.url;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${TEMPLATE}`);
  await sql.end();
  const log = createLog({ format: "flat", level: "error", stream: "stderr" });
  await migrate({ url: urlOf(TEMPLATE), log, migrations: MIGRATIONS });
}

export async function globalTeardown(): Promise<void> {
  await stop();
}
