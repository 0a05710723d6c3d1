import { validateEmail, validatePassword } from "../../shared/accounts/credentials.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import * as signUpRequester from "../../shared/accounts/sign-up-requester.ts";
import { identify } from "../../shared/auth/identify.ts";
import type { Config } from "../../shared/config.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther, withCookies } from "../../shared/http/reply.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { type Closed, linkSentPage, type SignupForm, signupPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; email: string; password: string; confirmation: string };
type View =
  | { kind: "form"; form: SignupForm }
  | { kind: "sent"; email: string; setCookies: SignedIn["setCookies"] }
  | { kind: "signed-up-already" };

/** Shows the sign-up form, and mails a link to any address that is entered, with an account or not. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return {
      isSent: request.method === "POST",
      email: form("email").trim(),
      password: form("password"),
      confirmation: form("password_confirm"),
    };
  },

  async handle(ctx, { isSent, email, password, confirmation }) {
    if (ctx.caller.account?.email) return { kind: "signed-up-already" };
    const closed = closedBy(ctx.config);
    const validationError = isSent ? (validateEmail(email) ?? validatePassword({ password, confirmation })) : undefined;
    if (!isSent || closed !== undefined || validationError !== undefined)
      return { kind: "form", form: { closed, email, validationError } };
    const { setCookies } = await signUpRequester.run(ctx, { email, password });
    return { kind: "sent", email, setCookies };
  },

  render(view, ctx) {
    if (view.kind === "signed-up-already") return seeOther("/account");
    if (view.kind === "form") return pageReply(ctx, signupPage(view.form));
    const isLogged = ctx.config.smtpUrl === undefined;
    return withCookies(pageReply(ctx, linkSentPage({ email: view.email, isLogged })), view);
  },
});

function closedBy(config: Config): Closed {
  if (config.signup !== "open") return config.signup;
  return isMailOff(config) ? "mail-off" : undefined;
}
