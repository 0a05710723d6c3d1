import { emailFault } from "../../shared/accounts/credentials.ts";
import * as emailChanger from "../../shared/accounts/email-changer.ts";
import { identify } from "../../shared/auth/identify.ts";
import { requirePermanentLogin } from "../../shared/auth/require-login.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { emailChangeBegunPage, emailPage } from "../../shared/web/pages/account-forms.ts";

type Params = { newEmail: string; password: string };
type View = { email: string; newEmail: string; isClosed: boolean; fault: string | undefined };

/** Begins a change of the account's e-mail address: it happens when both addresses are confirmed. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return { newEmail: form("new_email").trim(), password: form("email_password") };
  },

  async handle(ctx, { newEmail, password }) {
    const { id: accountId, email } = requirePermanentLogin(ctx);
    const isClosed = isMailOff(ctx.config);
    const view = { email, newEmail, isClosed };
    const fault = faultOf({ email, newEmail, password });
    if (isClosed || fault !== undefined) return { ...view, fault };
    const isBegun = await emailChanger.begin(ctx, { accountId, newEmail, password });
    return { ...view, fault: isBegun ? undefined : "That is not your password." };
  },

  render(view, ctx) {
    if (view.isClosed || view.fault !== undefined) return pageReply(ctx, emailPage(view));
    return pageReply(ctx, emailChangeBegunPage({ ...view, isLogged: ctx.config.smtpUrl === undefined }));
  },
});

function faultOf({ email, newEmail, password }: Params & { email: string }): string | undefined {
  const fault = emailFault(newEmail);
  if (fault !== undefined) return fault;
  if (newEmail.toLowerCase() === email.toLowerCase()) return "That is your address already.";
  return password === "" ? "Please specify your password." : undefined;
}
