import { randomBytes } from "node:crypto";
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { type LocalPostgres, startPostgres } from "../../shared/dev/postgres.ts";
import { createLog } from "../../shared/log/log.ts";
import { distFolder } from "../support/dist.ts";
import type { Limits, Table } from "./harness.ts";

/** A row measures one thing, and yields each of its tables when it is done. */
export type Row = {
  name: string;
  /** One line of what it tells. */
  about: string;
  run(bench: Bench): AsyncGenerator<Table>;
};

/** What the rows of one run share. */
export type Bench = {
  /** Scratch, gone when the run ends. */
  directory: string;
  /** Only whether the row works: as little as it takes. */
  isQuick: boolean;
  /** As many as the command says. */
  numEpisodes?: number | undefined;
  /** The most that a comparison takes, or a single round when the run is a quick one. */
  limits(full: Limits): Limits;
  /** Copies dist/<name>.cjs to a folder of its own, so that a code cache beside it is that copy's alone. */
  copyArtifact(name: string): Promise<string>;
  /** Makes a migrated database and returns its URL. */
  createDatabase(): Promise<string>;
  close(): Promise<void>;
};

export const ROOT = resolve(import.meta.dirname, "../..");

/** Makes a run's surroundings. Postgres starts with the first database. */
export function createBench({
  directory,
  isQuick,
  numEpisodes,
}: Pick<Bench, "directory" | "isQuick" | "numEpisodes">): Bench {
  let server: Promise<LocalPostgres> | undefined;
  let numCopies = 0;

  return {
    directory,
    isQuick,
    numEpisodes,
    limits: (full) => (isQuick ? { maxRounds: 1, budgetMs: 0 } : full),
    async copyArtifact(name) {
      numCopies += 1;
      const folder = join(directory, `artifact-${numCopies}`);
      await mkdir(folder);
      await copyFile(join(distFolder(), `${name}.cjs`), join(folder, `${name}.cjs`));
      return join(folder, `${name}.cjs`);
    },
    async createDatabase() {
      server ??= startPostgres({ dataDir: join(directory, "postgres") });
      const { url: serverUrl } = await server;
      const name = `bench_${randomBytes(8).toString("hex")}`;
      const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
      await sql.unsafe(`create database ${name}`);
      await sql.end();
      const url = serverUrl.replace(/\/postgres$/, `/${name}`);
      const log = createLog({ format: "flat", level: "error", stream: "stderr" });
      await migrate({ url, log, migrations: MIGRATIONS });
      return url;
    },
    close: async () => (await server)?.stop(),
  };
}
