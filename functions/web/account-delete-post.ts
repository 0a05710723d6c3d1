import * as accountRemover from "../../shared/accounts/account-remover.ts";
import { identify } from "../../shared/auth/identify.ts";
import { loggedOut } from "../../shared/auth/logged-out.ts";
import { requireLogin } from "../../shared/auth/require-login.ts";
import { siteOf } from "../../shared/auth/session-cookie.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { deletionPage } from "../../shared/web/pages/account-forms.ts";

type View = { email: string | null; validationError: string | undefined };

/** Deletes the account with all it holds. */
export default httpFunction<{ password: string }, View>({
  identify,

  readParams: (request) => ({ password: readForm(request)("password") }),

  async handle(ctx, { password }) {
    const account = requireLogin(ctx);
    const isRemoved = await accountRemover.run(ctx, { account, password });
    return { email: account.email, validationError: isRemoved ? undefined : "That is not your password." };
  },

  render(view, ctx) {
    if (view.validationError !== undefined) return pageReply(ctx, deletionPage(view));
    return loggedOut(siteOf(ctx));
  },
});
