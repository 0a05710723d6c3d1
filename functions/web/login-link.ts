import { emailFault } from "../../shared/accounts/credentials.ts";
import * as loginLinker from "../../shared/accounts/login-linker.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { badParameter } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { linkSentPage, loginLinkPage, voidLinkPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; email: string };
type View =
  | { kind: "sent"; email: string }
  | { kind: "link"; secret: string; email: string }
  | { kind: "logged-in"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/** Has a link mailed that logs in a browser without a password, and is where that link leads. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return {
      isSent: request.method === "POST",
      secret: form("code") || (request.query.get("code") ?? ""),
      email: form("email").trim(),
    };
  },

  async handle(ctx, { isSent, secret, email }) {
    if (isSent && secret === "") {
      const fault = emailFault(email);
      if (fault !== undefined) throw badParameter("email", fault);
      await loginLinker.request(ctx, { email });
      return { kind: "sent", email };
    }
    if (!isSent) {
      const asked = await loginLinker.ask(ctx, { secret });
      return asked === undefined ? { kind: "void" } : { kind: "link", secret, email: asked.email };
    }
    const signedIn = await loginLinker.run(ctx, { secret });
    return signedIn === undefined ? { kind: "void" } : { kind: "logged-in", setCookies: signedIn.setCookies };
  },

  render(view, ctx) {
    switch (view.kind) {
      case "sent":
        return pageReply(ctx, linkSentPage({ email: view.email, isLogged: ctx.config.smtpUrl === undefined }));
      case "link":
        return pageReply(ctx, loginLinkPage(view));
      case "logged-in":
        return seeOther("/account", view);
      case "void":
        return { ...pageReply(ctx, voidLinkPage()), status: 404 };
    }
  },
});
