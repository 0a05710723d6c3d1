import { sql } from "drizzle-orm";
import { identify } from "../../shared/auth/identify.ts";
import { requireLogin } from "../../shared/auth/require-login.ts";
import type { Database } from "../../shared/db/pool.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { unslugId } from "../../shared/web/links.ts";

/** Revokes an API key: requests with it now get a 401. */
export default httpFunction<{ id: number }, object>({
  identify,

  readParams: ({ params }) => ({ id: unslugId("id", params.id ?? "") }),

  async handle(ctx, { id }) {
    const { id: accountId } = requireLogin(ctx);
    if (!(await deleteApiKey(ctx.db, { id, accountId }))) throw notFound("API key", id);
    ctx.log.info("API key revoked", { account_id: accountId });
    return {};
  },

  render: () => seeOther("/account#api-keys"),
});

/** Deletes an API key of an account. @returns false if the account has no such key */
export async function deleteApiKey(
  db: Database,
  { id, accountId }: { id: number; accountId: number },
): Promise<boolean> {
  const rows = await db.once.execute(sql`
    delete from api_key where id = ${id}::bigint and account_id = ${accountId}::bigint returning id`);
  return rows.length > 0;
}
