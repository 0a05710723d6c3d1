import { randomBytes } from "node:crypto";
import { after } from "node:test";
import postgres from "postgres";

export const SERVER_URL_VARIABLE = "PODCORE_TEST_SERVER_URL";
export const TEMPLATE = "podcore_template";

export function urlOf(database: string): string {
  const url = process.env[SERVER_URL_VARIABLE];
  if (url === undefined)
    throw new Error("Tests run by `npm test`, or with --test-global-setup=test/support/global-setup.ts");
  return url.replace(/\/postgres$/, `/${database}`);
}

/** Makes a database for the calling test file, migrated unless `isEmpty`, and drops it after the file's last test. */
export async function createDatabase({ isEmpty = false } = {}): Promise<string> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  const admin = postgres(urlOf("postgres"), { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}${isEmpty ? "" : ` template ${TEMPLATE}`}`);
  after(async () => {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  });
  return urlOf(name);
}
