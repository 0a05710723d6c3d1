import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { checkPassword } from "./password-changer.ts";

type Params = { account: { id: number; email: string | null }; password: string };

/**
 * Deletes an account with all that it holds, and the private podcasts that nobody else has to do with.
 *
 * @param params `password`: a permanent account's; an ephemeral one has none
 * @returns false where that is not the password
 * @throws UserError 429 after too many wrong ones
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
 * Deletes an account with all that it holds; and the private podcasts that no other account has to do with, whose feeds'
 * URLs are secrets of the one that is gone. One that was taken down stays, or it could be added again. Call it in a transaction.
 */
export async function deleteAccount(db: Database, id: number): Promise<void> {
  // In the order in which storing a feed locks them.
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
