import * as accountAuthenticator from "../../shared/accounts/account-authenticator.ts";
import { validateEmail } from "../../shared/accounts/credentials.ts";
import type { SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import type { Context } from "../../shared/context.ts";
import { UserError } from "../../shared/errors.ts";
import { type FunctionRequest, httpFunction, type Reply } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { localPath } from "../../shared/web/links.ts";
import { type LoginForm, loginClosedPage, loginPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; email: string; password: string; next: string | undefined };
type View =
  | { kind: "form"; form: LoginForm }
  | { kind: "closed"; email: string; retryAfterSeconds: number }
  | { kind: "logged-in"; signedIn: SignedIn; next: string | undefined };

// Does not say which of the two, since that would reveal who has an account.
const NO_MATCH = "Wrong email address or password.";

/** Shows the login form, and logs in. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    return {
      isSent: request.method === "POST",
      email: form("email").trim(),
      password: form("password"),
      next: localPath(form("next") || nextOf(request)),
    };
  },

  async handle(ctx, { isSent, email, password, next }) {
    const refused = (validationError?: string): View => ({ kind: "form", form: { email, next, validationError } });
    if (!isSent) return refused();
    const validationError = validateEmail(email) ?? (password === "" ? "Please specify a password." : undefined);
    if (validationError !== undefined) return refused(validationError);
    try {
      const signedIn = await accountAuthenticator.run(ctx, { email, password });
      return signedIn === undefined ? refused(NO_MATCH) : { kind: "logged-in", signedIn, next };
    } catch (error) {
      if (!(error instanceof UserError && error.status === 429)) throw error;
      return { kind: "closed", email, retryAfterSeconds: Number(error.headers["retry-after"]) };
    }
  },

  render(view, ctx) {
    if (view.kind === "form") return pageReply(ctx, loginPage(view.form));
    if (view.kind === "closed") return closedReply(view, ctx);
    return seeOther(view.next ?? "/account", view.signedIn);
  },
});

/** A 429 that offers the remaining ways to log in. */
function closedReply({ email, retryAfterSeconds }: { email: string; retryAfterSeconds: number }, ctx: Context): Reply {
  const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  const reply = pageReply(ctx, loginClosedPage({ email, minutes, isMailOff: isMailOff(ctx.config) }));
  return { ...reply, status: 429, headers: { ...reply.headers, "retry-after": String(retryAfterSeconds) } };
}

function nextOf({ query }: FunctionRequest): string {
  return query.get("next") ?? "";
}
