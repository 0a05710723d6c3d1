import { validateEmail, validatePassword } from "../../shared/accounts/credentials.ts";
import * as passwordResetter from "../../shared/accounts/password-resetter.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import {
  expiredLinkPage,
  linkSentPage,
  newPasswordPage,
  passwordResetPage,
  type ResetForm,
} from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; email: string; password: string; confirmation: string };
type View =
  | { kind: "form"; form: ResetForm }
  | { kind: "sent"; email: string }
  | { kind: "link"; secret: string; email: string; validationError?: string | undefined }
  | { kind: "reset"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/** Requests a password reset link by mail, and serves that link's page. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return {
      isSent: request.method === "POST",
      secret: form("code") || (request.query.get("code") ?? ""),
      email: form("email").trim(),
      password: form("password"),
      confirmation: form("password_confirm"),
    };
  },

  async handle(ctx, { isSent, secret, email, password, confirmation }) {
    if (secret === "") {
      const closed = isMailOff(ctx.config) ? "mail-off" : undefined;
      const validationError = isSent ? validateEmail(email) : undefined;
      if (!isSent || closed !== undefined || validationError !== undefined) {
        return { kind: "form", form: { closed, email, validationError } };
      }
      await passwordResetter.request(ctx, { email });
      return { kind: "sent", email };
    }
    const link = await passwordResetter.inspectLink(ctx, { secret });
    if (link === undefined) return { kind: "void" };
    const validationError = isSent ? validatePassword({ password, confirmation }) : undefined;
    if (!isSent || validationError !== undefined) return { kind: "link", secret, email: link.email, validationError };
    const signedIn = await passwordResetter.run(ctx, { secret, password });
    return signedIn === undefined ? { kind: "void" } : { kind: "reset", setCookies: signedIn.setCookies };
  },

  render(view, ctx) {
    switch (view.kind) {
      case "form":
        return pageReply(ctx, passwordResetPage(view.form));
      case "sent":
        return pageReply(ctx, linkSentPage({ email: view.email, isLogged: ctx.config.smtpUrl === undefined }));
      case "link":
        return pageReply(ctx, newPasswordPage(view));
      case "reset":
        return seeOther("/account", view);
      case "void":
        return { ...pageReply(ctx, expiredLinkPage()), status: 404 };
    }
  },
});
