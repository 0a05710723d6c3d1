import { errorNotice, field, newPasswordFields, notice, usernameField } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";

// The pages by which a visitor gets, or gets back to, an account. What is typed in is shown again where it was refused,
// but for passwords.

export type LoginForm = { email: string; next: string | undefined; validationError?: string | undefined };

export function loginPage({ email, next, validationError }: LoginForm): Page {
  return entryPage(
    "Log in",
    html`${errorNotice(validationError)}
<form class="entry" action="/login" method="post">
${field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username", value: email })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}
<p><button type="submit">Log in</button></p>
</form>
<p><a href="/password-reset">Forgotten your password?</a> · <a href="/signup">Sign up</a></p>`,
  );
}

/** After too many wrong passwords: whoever owns the address can have a link mailed. It reads the same for any address. */
export function loginClosedPage({
  email,
  minutes,
  isMailOff,
}: {
  email: string;
  minutes: number;
  isMailOff: boolean;
}): Page {
  const wait = minutes > 90 ? `${Math.ceil(minutes / 60)} hours` : minutes === 1 ? "a minute" : `${minutes} minutes`;
  return entryPage(
    "Too many failed logins",
    html`${errorNotice(`Too many requests: too many failed logins. Try again in ${wait}.`)}
${
  isMailOff
    ? html`<p>A browser that was logged in before can log in now. Or ask the operator for a link.</p>`
    : html`<p>A browser that was logged in before can log in now. For any other, a link by mail logs in without a password.</p>
<form class="entry" action="/login-link" method="post">
<input type="hidden" name="email" value="${email}">
<p><button type="submit">Email me a login link</button></p>
</form>
<p><a href="/login">Back to log in</a></p>`
}`,
  );
}

/** Where a mailed login link leads. Programs open links, too, so a button uses it up. */
export function loginLinkPage({ secret, email }: { secret: string; email: string }): Page {
  return entryPage(
    "Log in",
    html`<p>This logs in this browser as <strong>${email}</strong>.</p>
<form class="entry" action="/login-link" method="post">
<input type="hidden" name="code" value="${secret}">
<p><button type="submit">Log in</button></p>
</form>`,
  );
}

type EmailChangeForm = { secret: string; newEmail: string; end: "new" | "old" };

/** Where the links of a change of address lead. The old address's can stop it as well. */
export function emailChangePage({ secret, newEmail, end }: EmailChangeForm): Page {
  const code = html`<input type="hidden" name="code" value="${secret}">`;
  return entryPage(
    "Change of email address",
    html`<p>The account will be known by <strong>${newEmail}</strong>.</p>
<form class="entry" action="/email-change" method="post">
${code}
<p><button type="submit">Confirm the change</button></p>
</form>
${
  end === "old" &&
  html`<p>It was not you? Stop it, then choose a new password.</p>
<form class="entry" action="/email-change" method="post">
${code}
<input type="hidden" name="stop" value="true">
<p><button type="submit" class="danger">Stop the change</button></p>
</form>`
}`,
  );
}

/** What came of a change of address. */
export function emailChangedPage(view: {
  kind: "half" | "changed" | "stopped";
  newEmail: string;
  end: "new" | "old";
}): Page {
  const { kind, newEmail, end } = view;
  const titles = { half: "One link to go", changed: "Email address changed", stopped: "Change stopped" };
  const other = end === "new" ? "the account's old address" : "the new address";
  const words = {
    half: html`Confirmed. Now open the link that was sent to ${other}.`,
    changed: html`The account's address is <strong>${newEmail}</strong> now.`,
    stopped: html`The address stays as it was. Whoever asked for the change knows your password: <a href="/password-reset">choose a new one</a>.`,
  };
  return entryPage(titles[kind], html`${notice(words[kind])}\n<p><a href="/account">Your account</a></p>`);
}

export function logoutPage(): Page {
  return entryPage(
    "Log out",
    html`<form class="entry" action="/logout" method="post">
<p><button type="submit">Log out</button></p>
</form>
<p><a href="/account">Back to your account</a></p>`,
  );
}

/** Why a page takes no sign-up or sends no link; undefined where it does. */
export type Closed = "closed" | "invite" | "mail-off" | undefined;
export type SignupForm = { closed: Closed; email: string; validationError?: string | undefined };

const CLOSED_WORDS: Record<NonNullable<Closed>, string> = {
  closed: "This podcore takes no sign-ups. Its operator makes the accounts.",
  invite: "Accounts here are by invitation: ask the operator for a link.",
  "mail-off":
    "This podcore sends no mail (SMTP_URL is not set), so that addresses cannot be confirmed. Ask its operator for a link.",
};

export function signupPage({ closed, email, validationError }: SignupForm): Page {
  return entryPage(
    "Sign up",
    closed !== undefined
      ? html`${notice(CLOSED_WORDS[closed])}
<p><a href="/login">Log in</a></p>`
      : html`<p>Your podcasts, what you have played and how far you are: kept, and the same in every browser. What you have subscribed to so far stays.</p>
${errorNotice(validationError)}
<form class="entry" action="/signup" method="post">
${field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username", value: email, maxLength: 254 })}
${newPasswordFields()}
<p><button type="submit">Sign up</button></p>
</form>
<p>You have an account? <a href="/login">Log in</a></p>`,
  );
}

/** After a form that has a link mailed. It reads the same whether or not the address has an account. */
export function linkSentPage({ email, isLogged }: { email: string; isLogged: boolean }): Page {
  return entryPage(
    "Look into your mail",
    isLogged
      ? notice(
          html`Mail is off here (SMTP_URL is not set): the link for <strong>${email}</strong> is in podcore's log.`,
        )
      : notice(html`A mail with a link is on its way to <strong>${email}</strong>. Open the link to go on.`),
  );
}

export function expiredLinkPage(): Page {
  return entryPage(
    "This link is no longer good",
    html`<p>It is too old, or was used already. You can have another one sent: <a href="/login">log in</a>, <a href="/signup">sign up</a> or <a href="/password-reset">ask for a new password</a>.</p>`,
  );
}

export type VerifyForm = {
  secret: string;
  email: string;
  asksFor: "nothing" | "password" | "new-password";
  validationError?: string | undefined;
};

export function verifyPage({ secret, email, asksFor, validationError }: VerifyForm): Page {
  const fields: Record<VerifyForm["asksFor"], Html | undefined> = {
    nothing: undefined,
    password: field({
      name: "password",
      label: "The password that you chose",
      type: "password",
      autocomplete: "current-password",
    }),
    "new-password": newPasswordFields(),
  };
  return entryPage(
    "Confirm your e-mail address",
    html`<p>Your account will be known by <strong>${email}</strong>.</p>
${errorNotice(validationError)}
<form class="entry" action="/verify" method="post">
<input type="hidden" name="code" value="${secret}">
${usernameField(email)}
${fields[asksFor]}
<p><button type="submit">Confirm</button></p>
</form>`,
  );
}

export type ResetForm = { closed: Closed; email: string; validationError?: string | undefined };

export function passwordResetPage({ closed, email, validationError }: ResetForm): Page {
  return entryPage(
    "Forgotten your password?",
    closed !== undefined
      ? notice(CLOSED_WORDS[closed])
      : html`<p>A link to choose a new one is mailed to the address of your account.</p>
${errorNotice(validationError)}
<form class="entry" action="/password-reset" method="post">
${field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username", value: email, maxLength: 254 })}
<p><button type="submit">Send the link</button></p>
</form>`,
  );
}

export function newPasswordPage({
  secret,
  email,
  validationError,
}: {
  secret: string;
  email: string;
  validationError?: string | undefined;
}): Page {
  return entryPage(
    "Choose a new password",
    html`<p>For <strong>${email}</strong>. All browsers that are logged in to it will be logged out.</p>
${errorNotice(validationError)}
<form class="entry" action="/password-reset" method="post">
<input type="hidden" name="code" value="${secret}">
${usernameField(email)}
${newPasswordFields({ label: "New password" })}
<p><button type="submit">Change the password</button></p>
</form>`,
  );
}

function entryPage(title: string, content: Html): Page {
  return { titles: [title], isPersonal: true, main: html`<div class="narrow"><h1>${title}</h1>\n${content}</div>` };
}
