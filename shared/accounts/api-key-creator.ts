import { sql } from "drizzle-orm";
import { API_KEY_PREFIX, newSecret } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { badParameter, UserError } from "../errors.ts";

const NAME_MAX_CHARACTERS = 100;
// Enough to tell keys apart, too little to help guess the rest.
const HINT_CHARACTERS = 6;

/**
 * Creates a named API key for an account. The returned key is the only copy: only its digest is stored.
 *
 * @throws UserError 400 for a name that is empty or over 100 characters, 422 if the account has 50 keys
 */
export async function run(ctx: Context, { accountId, name }: { accountId: number; name: string }): Promise<string> {
  if (name === "" || [...name].length > NAME_MAX_CHARACTERS) {
    throw badParameter("name", `must have 1 to ${NAME_MAX_CHARACTERS} characters: "${name.slice(0, 200)}"`);
  }
  const { secret, sha256 } = newSecret();
  const hint = `${API_KEY_PREFIX}${secret.slice(0, HINT_CHARACTERS)}`;
  if (!(await insertApiKey(ctx.db, { accountId, name, secretSha256: sha256, hint }))) {
    throw new UserError(
      422,
      `Cannot create API key "${name}": the account has ${API_KEYS_MAX} already, revoke one first`,
    );
  }
  ctx.log.info("API key created", { account_id: accountId });
  return `${API_KEY_PREFIX}${secret}`;
}

/** More than one person's apps need. */
export const API_KEYS_MAX = 50;

type ApiKey = { accountId: number; name: string; secretSha256: Buffer; hint: string };

/** Stores an API key. @returns false if the account has reached its limit */
export async function insertApiKey(db: Database, { accountId, name, secretSha256, hint }: ApiKey): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    insert into api_key (account_id, name, secret_sha256, hint)
    select ${accountId}::bigint, ${name}::text, ${secretSha256}::bytea, ${hint}::text
    where (select count(*) from api_key
      where account_id = ${accountId}::bigint and secret_sha256 <> ${secretSha256}::bytea) < ${API_KEYS_MAX}::int
    on conflict (secret_sha256) do update set name = excluded.name
    returning id`);
  return rows.length > 0;
}
