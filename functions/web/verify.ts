import { passwordFault } from "../../shared/accounts/credentials.ts";
import * as emailVerifier from "../../shared/accounts/email-verifier.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { type VerifyForm, verifyPage, voidLinkPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; password: string; confirmation: string };
type View =
  | { kind: "form"; form: VerifyForm }
  | { kind: "verified"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/** Where a link that was mailed at sign-up, or an invitation, leads. Opening it changes nothing: programs open links, too. */
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
    const asked = await emailVerifier.ask(ctx, { secret });
    if (asked === undefined) return { kind: "void" };
    const refused = (fault?: string): View => ({ kind: "form", form: { secret, ...asked, fault } });
    const fault = asked.asks === "new-password" ? passwordFault({ password, confirmation }) : undefined;
    if (!isSent || fault !== undefined) return refused(isSent ? fault : undefined);
    const verified = await emailVerifier.run(ctx, { secret, password });
    if (verified.kind === "wrong-password") return refused("That is not the password that you chose.");
    return verified.kind === "void" ? verified : { kind: "verified", setCookies: verified.signedIn.setCookies };
  },

  render(view, ctx) {
    if (view.kind === "verified") return seeOther("/account", view);
    if (view.kind === "form") return pageReply(ctx, verifyPage(view.form));
    return { ...pageReply(ctx, voidLinkPage()), status: 404 };
  },
});
