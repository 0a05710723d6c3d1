import { errorNotice, field, newPasswordFields, notice, usernameField } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";

// Pages to sign up, log in or recover an account. A refused form is shown again with its values, except passwords.

export type LoginForm = { email: string; next: string | undefined; validationError?: string | undefined };

export function loginPage({ email, next, validationError }: LoginForm): Page {
  return entryPage(
    "Log in",
    html`${errorNotice(validationError)}
<form class="entry" action="/login" method="post">
${field({ name: "email", label: "Email address", type: "email", autocomplete: "username", value: email })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}
<p><button type="submit">Log in</button></p>
</form>
<p><a href="/password-reset">Forgot password?</a> · <a href="/signup">Sign up</a></p>`,
  );
}

/**
 * Shown after too many wrong passwords. The owner of the address can request a link by mail. The text is the same for
 * any address.
 */
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
    ? html`<p>You can still log in from a browser that was logged in before, or ask the site's operator for a link.</p>`
    : html`<p>You can still log in from a browser that was logged in before. In any other browser, you can log in with a link that we email you.</p>
<form class="entry" action="/login-link" method="post">
<input type="hidden" name="email" value="${email}">
<p><button type="submit">Email me a login link</button></p>
</form>
<p><a href="/login">Back to login</a></p>`
}`,
  );
}

/** The page of a mailed login link. Software opens links too, so only the button uses the link up. */
export function loginLinkPage({ secret, email }: { secret: string; email: string }): Page {
  return entryPage(
    "Log in",
    html`<p>Log in to this browser as <strong>${email}</strong>.</p>
<form class="entry" action="/login-link" method="post">
<input type="hidden" name="code" value="${secret}">
<p><button type="submit">Log in</button></p>
</form>`,
  );
}

type EmailChangeForm = { secret: string; newEmail: string; end: "new" | "old" };

/** The page of the links of an email change. The one sent to the old address can also stop the change. */
export function emailChangePage({ secret, newEmail, end }: EmailChangeForm): Page {
  const code = html`<input type="hidden" name="code" value="${secret}">`;
  return entryPage(
    "Change your email address",
    html`<p>The account's new email address will be <strong>${newEmail}</strong>.</p>
<form class="entry" action="/email-change" method="post">
${code}
<p><button type="submit">Confirm change</button></p>
</form>
${
  end === "old" &&
  html`<p>If you did not request this, stop the change and choose a new password.</p>
<form class="entry" action="/email-change" method="post">
${code}
<input type="hidden" name="stop" value="true">
<p><button type="submit" class="danger">Stop change</button></p>
</form>`
}`,
  );
}

/** The result of confirming or stopping an email change. */
export function emailChangedPage(view: {
  kind: "half" | "changed" | "stopped";
  newEmail: string;
  end: "new" | "old";
}): Page {
  const { kind, newEmail, end } = view;
  const titles = { half: "One more link to open", changed: "Email address changed", stopped: "Email change stopped" };
  const other = end === "new" ? "the account's current address" : "the new address";
  const words = {
    half: html`Confirmed. Now open the link that we sent to ${other}.`,
    changed: html`The account's email address is now <strong>${newEmail}</strong>.`,
    stopped: html`Your email address has not changed. The person who requested the change knows your password: <a href="/password-reset">choose a new one</a>.`,
  };
  return entryPage(titles[kind], html`${notice(words[kind])}\n<p><a href="/account">Your account</a></p>`);
}

export function logoutPage(): Page {
  return entryPage(
    "Log out",
    html`<form class="entry" action="/logout" method="post">
<p><button type="submit">Log out</button></p>
</form>
<p><a href="/account">Back to account</a></p>`,
  );
}

/** Why a page accepts no sign-ups or sends no links; undefined if it does. */
export type Closed = "closed" | "invite" | "mail-off" | undefined;
export type SignupForm = { closed: Closed; email: string; validationError?: string | undefined };

const CLOSED_WORDS: Record<NonNullable<Closed>, string> = {
  closed: "Sign-ups are closed. Ask the site's operator for an account.",
  invite: "Sign-up is by invitation only. Ask the site's operator for a link.",
  "mail-off": "This site cannot send email (SMTP_URL is not set). Ask the site's operator for a link.",
};

export function signupPage({ closed, email, validationError }: SignupForm): Page {
  return entryPage(
    "Sign up",
    closed !== undefined
      ? html`${notice(CLOSED_WORDS[closed])}
<p><a href="/login">Log in</a></p>`
      : html`<p>Keep your podcasts and your place in each episode, in every browser. Your current subscriptions are kept.</p>
${errorNotice(validationError)}
<form class="entry" action="/signup" method="post">
${field({ name: "email", label: "Email address", type: "email", autocomplete: "username", value: email, maxLength: 254 })}
${newPasswordFields()}
<p><button type="submit">Sign up</button></p>
</form>
<p>Already have an account? <a href="/login">Log in</a></p>`,
  );
}

/** Shown after a form that requests a link by mail. The text is the same whether or not the address has an account. */
export function linkSentPage({ email, isLogged }: { email: string; isLogged: boolean }): Page {
  return entryPage(
    "Check your email",
    isLogged
      ? notice(
          html`This site does not send email (SMTP_URL is not set). You can find the link for <strong>${email}</strong> in podcore's log.`,
        )
      : notice(html`We sent a link to <strong>${email}</strong>. Open it to continue.`),
  );
}

export function expiredLinkPage(): Page {
  return entryPage(
    "This link has expired",
    html`<p>It is too old or has already been used. To get a new one, <a href="/login">log in</a>, <a href="/signup">sign up</a> or <a href="/password-reset">reset your password</a>.</p>`,
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
      label: "The password you chose at sign-up",
      type: "password",
      autocomplete: "current-password",
    }),
    "new-password": newPasswordFields(),
  };
  return entryPage(
    "Confirm your email address",
    html`<p>Your account's email address will be <strong>${email}</strong>.</p>
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
    "Forgot password?",
    closed !== undefined
      ? notice(CLOSED_WORDS[closed])
      : html`<p>Enter your account's email address, and we'll send you a link to choose a new password.</p>
${errorNotice(validationError)}
<form class="entry" action="/password-reset" method="post">
${field({ name: "email", label: "Email address", type: "email", autocomplete: "username", value: email, maxLength: 254 })}
<p><button type="submit">Send link</button></p>
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
    html`<p>For <strong>${email}</strong>. This logs out all other browsers.</p>
${errorNotice(validationError)}
<form class="entry" action="/password-reset" method="post">
<input type="hidden" name="code" value="${secret}">
${usernameField(email)}
${newPasswordFields({ label: "New password" })}
<p><button type="submit">Change password</button></p>
</form>`,
  );
}

function entryPage(title: string, content: Html): Page {
  return { titles: [title], isPersonal: true, main: html`<div class="narrow"><h1>${title}</h1>\n${content}</div>` };
}
