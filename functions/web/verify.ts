import { validatePassword } from "../../shared/accounts/credentials.ts";
import * as emailVerifier from "../../shared/accounts/email-verifier.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { expiredLinkPage, type VerifyForm, verifyPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; password: string; confirmation: string };
type View =
  | { kind: "form"; form: VerifyForm }
  | { kind: "verified"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/**
 * The page of a link that was mailed at sign-up or in an invitation. Opening it changes nothing, because software opens
 * links too.
 */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    const isSent = request.method === "POST";
    return {
      isSent,
      secret: isSent ? form("code") : (request.query.get("code") ?? ""),
      password: form("password"),
      confirmation: form("password_confirm"),
    };
  },

  async handle(ctx, { isSent, secret, password, confirmation }) {
    const link = await emailVerifier.inspectLink(ctx, { secret });
    if (link === undefined) return { kind: "void" };
    const refused = (validationError?: string): View => ({ kind: "form", form: { secret, ...link, validationError } });
    const validationError = link.asksFor === "new-password" ? validatePassword({ password, confirmation }) : undefined;
    if (!isSent || validationError !== undefined) return refused(isSent ? validationError : undefined);
    const verified = await emailVerifier.run(ctx, { secret, password });
    if (verified.kind === "wrong-password") return refused("That is not the password you chose at sign-up.");
    return verified.kind === "void" ? verified : { kind: "verified", setCookies: verified.signedIn.setCookies };
  },

  render(view, ctx) {
    if (view.kind === "verified") return seeOther("/account", view);
    if (view.kind === "form") return pageReply(ctx, verifyPage(view.form));
    return { ...pageReply(ctx, expiredLinkPage()), status: 404 };
  },
});
