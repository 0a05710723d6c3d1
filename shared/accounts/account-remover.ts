import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { checkPassword } from "./password-changer.ts";

type Params = { account: { id: number; email: string | null }; password: string };

/**
 * Deletes an account with all it holds, and the private podcasts that no other account holds.
 *
 * @param params `password`: required for a permanent account; an ephemeral one has none
 * @returns false if the password is wrong
 * @throws UserError 429 after too many wrong passwords
 */
export async function run(ctx: Context, { account, password }: Params): Promise<boolean> {
  const isAllowed =
    account.email === null || (await checkPassword(ctx, { accountId: account.id, password })) !== undefined;
  if (!isAllowed) return false;
  await ctx.db.repeatable.transaction((tx) => deleteAccount(tx, account.id));
  ctx.log.info("Account deleted", { account_id: account.id });
  return true;
}

/**
 * Deletes an account with all it holds. Also deletes private podcasts that no other account holds, since their feed
 * URLs were its secrets; except those that were taken down, which could be added again otherwise. Call it in a
 * transaction.
 */
export async function deleteAccount(db: Database, id: number): Promise<void> {
  // Locks in the same order as storing a feed.
  await db.repeatable.execute(sql`
    select from podcast_crawl c where c.podcast_id in (${ownPrivatePodcasts(id)}) order by c.podcast_id for update`);
  await db.repeatable.execute(sql`delete from podcast where id in (${ownPrivatePodcasts(id)})`);
  await db.repeatable.execute(sql`delete from account where id = ${id}::bigint`);
}

function ownPrivatePodcasts(accountId: number) {
  return sql`
    select p.id from podcast p
    join account_podcast own on own.podcast_id = p.id and own.account_id = ${accountId}::bigint
    where p.is_private and p.taken_down_at is null and not exists (
      select from account_podcast other where other.podcast_id = p.id and other.account_id <> ${accountId}::bigint)`;
}
