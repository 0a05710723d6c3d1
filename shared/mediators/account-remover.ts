import type { Context } from "../context.ts";
import { deleteAccount } from "../sql/delete-account.ts";
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
