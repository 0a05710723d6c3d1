import { validateEmail } from "../../shared/accounts/credentials.ts";
import * as emailChanger from "../../shared/accounts/email-changer.ts";
import { identify } from "../../shared/auth/identify.ts";
import { requirePermanentLogin } from "../../shared/auth/require-login.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { emailChangeStartedPage, emailPage } from "../../shared/web/pages/account-forms.ts";

type Params = { newEmail: string; password: string };
type View = { email: string; newEmail: string; isClosed: boolean; validationError: string | undefined };

/** Starts a change of the account's email address, which takes effect when both addresses are confirmed. */
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
    const validationError = findError({ email, newEmail, password });
    if (isClosed || validationError !== undefined) return { ...view, validationError };
    const isStarted = await emailChanger.begin(ctx, { accountId, newEmail, password });
    return { ...view, validationError: isStarted ? undefined : "That is not your password." };
  },

  render(view, ctx) {
    if (view.isClosed || view.validationError !== undefined) return pageReply(ctx, emailPage(view));
    return pageReply(ctx, emailChangeStartedPage({ ...view, isLogged: ctx.config.smtpUrl === undefined }));
  },
});

function findError({ email, newEmail, password }: Params & { email: string }): string | undefined {
  const validationError = validateEmail(newEmail);
  if (validationError !== undefined) return validationError;
  if (newEmail.toLowerCase() === email.toLowerCase()) return "That is your email address already.";
  return password === "" ? "Please specify your password." : undefined;
}
