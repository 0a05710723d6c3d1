import { after } from "node:test";
import { findPgbouncers, startPgbouncer } from "./pgbouncer.ts";

const [program] = findPgbouncers();

/** For a test's `skip`: why there is no pooler, or false. */
export const withoutPgbouncer = program === undefined && "there is no pgbouncer (Debian: apt-get install pgbouncer)";

/** Runs this machine's pgbouncer before the server of `databaseUrl` until the test file's end; returns the URL through it. */
export async function pooledUrl(databaseUrl: string, settings: Record<string, string> = {}): Promise<string> {
  if (program === undefined) throw new Error("Cannot start pgbouncer: there is none");
  const pooler = await startPgbouncer(program, { databaseUrl, settings });
  after(pooler.stop);
  return pooler.url;
}
