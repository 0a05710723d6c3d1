import { validatePassword } from "../../shared/accounts/credentials.ts";
import * as passwordChanger from "../../shared/accounts/password-changer.ts";
import { identify } from "../../shared/auth/identify.ts";
import { requirePermanentLogin } from "../../shared/auth/require-login.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { passwordPage } from "../../shared/web/pages/account-forms.ts";

type Params = { currentPassword: string; password: string; confirmation: string };
type View = { email: string; validationError: string | undefined };

/** Changes the account's password, and logs out all its other browsers. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return {
      currentPassword: form("current_password"),
      password: form("password"),
      confirmation: form("password_confirm"),
    };
  },

  async handle(ctx, { currentPassword, password, confirmation }) {
    const { id: accountId, email } = requirePermanentLogin(ctx);
    const validationError = validatePassword({ password, confirmation });
    if (validationError !== undefined) return { email, validationError };
    const isChanged = await passwordChanger.run(ctx, { accountId, email, currentPassword, password });
    return { email, validationError: isChanged ? undefined : "That is not your current password." };
  },

  render: (view, ctx) =>
    view.validationError === undefined ? seeOther("/account#logins") : pageReply(ctx, passwordPage(view)),
});
