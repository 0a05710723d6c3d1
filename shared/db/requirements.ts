import { UserError } from "../errors.ts";
import type { MigrationSession } from "./migration-session.ts";

/** Facts that decide whether podcore can use a database. */
export type Facts = {
  database: string;
  role: string;
  /** `server_version_num`, such as 150003. */
  version: number;
  versionText: string;
  encoding: string;
  /** Extensions whose files are not installed on the server. */
  missing: string[];
  /** Whether a schema or an extension must be created, which requires CREATE on the database. */
  createsInDatabase: boolean;
  mayCreateInDatabase: boolean;
  /** Null if the search path names no existing schema that the role may use. */
  schema: string | null;
  mayCreateInSchema: boolean;
};

// The oldest tested version. Postgres 14 reaches its end of life in 2026, and lets all roles create in schema "public".
const OLDEST_VERSION = 15;
// The search needs them for misspelt titles and letters without accents. They are in Postgres's contrib package.
const EXTENSIONS = ["pg_trgm", "unaccent"];

/** Checks the server, the database and the role. @throws UserError 500 that says what is missing, and how to fix it */
export async function checkRequirements(session: MigrationSession): Promise<void> {
  const fault = findFault(await readFacts(session));
  if (fault !== undefined) throw new UserError(500, `Cannot migrate: ${fault}`);
}

/** Returns the first reason why podcore cannot use a database, or undefined if it can. */
export function findFault(facts: Facts): string | undefined {
  const { database, role, version, encoding, missing, schema } = facts;
  if (version < OLDEST_VERSION * 10_000) {
    return `the server is Postgres "${facts.versionText}"; podcore needs ${OLDEST_VERSION} or newer`;
  }
  if (encoding !== "UTF8") {
    return `the database "${database}" has the encoding "${encoding}"; podcore needs UTF8; use another one (${createCommand("podcore")})`;
  }
  if (missing.length > 0) {
    return `the server has no extension "${missing.join('", "')}"; install Postgres's contrib package (Debian: postgresql-contrib)`;
  }
  if (facts.createsInDatabase && !facts.mayCreateInDatabase) {
    return `permission denied: the role "${role}" may not create schemas and extensions in the database "${database}"; ${ownerCommand(facts)}`;
  }
  if (schema === null) {
    return `the search_path of the role "${role}" names no schema that it may use in the database "${database}"`;
  }
  if (!facts.mayCreateInSchema) {
    return `permission denied: the role "${role}" may not create tables in the schema "${schema}" of the database "${database}"; ${ownerCommand(facts)}`;
  }
  return undefined;
}

/** Returns the command that creates a database; template0 allows UTF8 with any locale of the cluster. */
export function createCommand(database: string): string {
  return `CREATE DATABASE "${database}" ENCODING 'UTF8' TEMPLATE template0`;
}

function ownerCommand({ database, role }: Facts): string {
  return `ALTER DATABASE "${database}" OWNER TO "${role}", or use a role that owns it`;
}

async function readFacts(session: MigrationSession): Promise<Facts> {
  const names = EXTENSIONS.map((name) => `('${name}')`).join(", ");
  const [row] = await session.run(`
    select current_database() as database, current_user as role,
      current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
      current_setting('server_encoding') as encoding,
      (select string_agg(name, ',') from (values ${names}) needed (name)
        where name not in (select name from pg_available_extensions)) as missing,
      exists (select from (values ${names}) needed (name) where name not in (select extname from pg_extension))
        or not exists (select from pg_namespace where nspname = 'drizzle') as creates_in_database,
      has_database_privilege(current_database(), 'create') as may_create_in_database,
      current_schema() as schema,
      coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_create_in_schema`);
  if (row === undefined) throw new Error("Cannot migrate: Postgres returned no row of facts");
  return {
    database: String(row.database),
    role: String(row.role),
    version: Number(row.version),
    versionText: String(row.version_text),
    encoding: String(row.encoding),
    missing: row.missing === null ? [] : String(row.missing).split(","),
    createsInDatabase: row.creates_in_database === true,
    mayCreateInDatabase: row.may_create_in_database === true,
    schema: row.schema === null ? null : String(row.schema),
    mayCreateInSchema: row.may_create_in_schema === true,
  };
}
