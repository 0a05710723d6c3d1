import { emailFault, passwordFault } from "../../shared/accounts/credentials.ts";
import * as passwordResetter from "../../shared/accounts/password-resetter.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import {
  linkSentPage,
  newPasswordPage,
  passwordResetPage,
  type ResetForm,
  voidLinkPage,
} from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; email: string; password: string; confirmation: string };
type View =
  | { kind: "form"; form: ResetForm }
  | { kind: "sent"; email: string }
  | { kind: "link"; secret: string; email: string; fault?: string | undefined }
  | { kind: "reset"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/** Asks for a link to choose a new password, and is where that link leads. */
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
      const fault = isSent ? emailFault(email) : undefined;
      if (!isSent || closed !== undefined || fault !== undefined) {
        return { kind: "form", form: { closed, email, fault } };
      }
      await passwordResetter.request(ctx, { email });
      return { kind: "sent", email };
    }
    const asked = await passwordResetter.ask(ctx, { secret });
    if (asked === undefined) return { kind: "void" };
    const fault = isSent ? passwordFault({ password, confirmation }) : undefined;
    if (!isSent || fault !== undefined) return { kind: "link", secret, email: asked.email, fault };
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
        return { ...pageReply(ctx, voidLinkPage()), status: 404 };
    }
  },
});
