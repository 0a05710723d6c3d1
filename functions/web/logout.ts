import { deleteLogin } from "../../shared/auth/delete-logins.ts";
import { identify } from "../../shared/auth/identify.ts";
import { loggedOut } from "../../shared/auth/logged-out.ts";
import { siteOf } from "../../shared/auth/session-cookie.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { logoutPage } from "../../shared/web/pages/entry-pages.ts";

type View = { kind: "form" } | { kind: "logged-out" };

/** Logs the browser out and revokes its login. A GET changes nothing and shows a form instead. */
export default httpFunction<{ isSent: boolean }, View>({
  identify,

  readParams: ({ method }) => ({ isSent: method === "POST" }),

  async handle(ctx, { isSent }) {
    const { account, credential } = ctx.caller;
    if (!isSent && account !== undefined) return { kind: "form" };
    if (isSent && account !== undefined && credential?.kind === "login") {
      await deleteLogin(ctx.db, { id: credential.id, accountId: account.id });
      ctx.log.info("Logged out", { account_id: account.id });
    }
    return { kind: "logged-out" };
  },

  render(view, ctx) {
    if (view.kind === "form") return pageReply(ctx, logoutPage());
    return loggedOut(siteOf(ctx));
  },
});
