import { validateEmail } from "../../shared/accounts/credentials.ts";
import * as loginLinker from "../../shared/accounts/login-linker.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { badParameter } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { expiredLinkPage, linkSentPage, loginLinkPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; email: string };
type View =
  | { kind: "sent"; email: string }
  | { kind: "link"; secret: string; email: string }
  | { kind: "logged-in"; setCookies: SignedIn["setCookies"] }
  | { kind: "void" };

/** Mails a link that logs in a browser without a password, and serves that link's page. */
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
      const validationError = validateEmail(email);
      if (validationError !== undefined) throw badParameter("email", validationError);
      await loginLinker.request(ctx, { email });
      return { kind: "sent", email };
    }
    if (!isSent) {
      const link = await loginLinker.inspectLink(ctx, { secret });
      return link === undefined ? { kind: "void" } : { kind: "link", secret, email: link.email };
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
        return { ...pageReply(ctx, expiredLinkPage()), status: 404 };
    }
  },
});
