import { deleteLogin } from "../../shared/auth/delete-logins.ts";
import { identify } from "../../shared/auth/identify.ts";
import { loggedOut } from "../../shared/auth/logged-out.ts";
import { requireLogin } from "../../shared/auth/require-login.ts";
import { siteOf } from "../../shared/auth/session-cookie.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { unslugId } from "../../shared/web/links.ts";

/** Logs one browser out of the account, which may be the caller's own. */
export default httpFunction<{ id: number }, { isOwn: boolean }>({
  identify,

  readParams: ({ params }) => ({ id: unslugId("id", params.id ?? "") }),

  async handle(ctx, { id }) {
    const { id: accountId, loginId } = requireLogin(ctx);
    if (!(await deleteLogin(ctx.db, { id, accountId }))) throw notFound("login", id);
    ctx.log.info("Login revoked", { account_id: accountId });
    return { isOwn: id === loginId };
  },

  render: ({ isOwn }, ctx) => (isOwn ? loggedOut(siteOf(ctx)) : seeOther("/account#logins")),
});
