import { errorNotice, field, newPasswordFields, notice, usernameField } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";

// Forms of the account page, and the pages that show one again with an error.

type WithError = { validationError: string | undefined };

export function passwordForm(email: string): Html {
  return html`<form class="entry" action="/account/password" method="post">
${usernameField(email)}
${field({ name: "current_password", label: "Current password", type: "password", autocomplete: "current-password" })}
${newPasswordFields({ label: "New password" })}
<p class="muted">This logs out all other browsers. API keys stay valid until you revoke them.</p>
<p><button type="submit">Change password</button></p>
</form>`;
}

export function passwordPage({ email, validationError }: WithError & { email: string }): Page {
  return formPage("Change your password", html`${errorNotice(validationError)}\n${passwordForm(email)}`);
}

type EmailForm = { email: string; newEmail?: string; isClosed: boolean };

/** @param form `isClosed`: mail is off, so no address can be confirmed */
export function emailForm({ email, newEmail, isClosed }: EmailForm): Html {
  if (isClosed) return notice("This site cannot send email (SMTP_URL is not set), so you cannot change your address.");
  return html`<form class="entry" action="/account/email" method="post">
${usernameField(email)}
${field({ name: "new_email", label: "New email address", type: "email", autocomplete: "email", ...(newEmail === undefined ? {} : { value: newEmail }), maxLength: 254 })}
${field({ name: "email_password", label: "Your password", type: "password", autocomplete: "current-password" })}
<p class="muted">We will email a link to both addresses. Your address changes when both links have been opened.</p>
<p><button type="submit">Change email address</button></p>
</form>`;
}

export function emailPage({ validationError, ...form }: WithError & EmailForm): Page {
  return formPage("Change your email address", html`${errorNotice(validationError)}\n${emailForm(form)}`);
}

/** Shown after the form. The text is the same whether or not the new address has an account. */
export function emailChangeStartedPage({
  email,
  newEmail,
  isLogged,
}: {
  email: string;
  newEmail: string;
  isLogged: boolean;
}): Page {
  return formPage(
    "Check your email",
    isLogged
      ? notice("This site does not send email (SMTP_URL is not set). You can find both links in podcore's log.")
      : notice(
          html`We sent one link to <strong>${newEmail}</strong> and one to <strong>${email}</strong>. Open both to change your address.`,
        ),
  );
}

/** @param options `id`: for the password field, on a page with another one */
export function deletionForm(email: string | null, options: { id?: string } = {}): Html {
  return html`<form class="entry" action="/account/deletion" method="post">
${email !== null && usernameField(email)}
${email !== null && field({ ...options, name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
<p><button type="submit" class="danger">Delete account</button></p>
</form>`;
}

export function deletionPage({ email, validationError }: WithError & { email: string | null }): Page {
  return formPage("Delete your account", html`${errorNotice(validationError)}\n${deletionForm(email)}`);
}

export function apiKeyForm(): Html {
  return html`<form class="add" action="/account/api-keys" method="post">
<label for="name">App name</label>
<input id="name" name="name" type="text" required maxlength="100">
<button type="submit">Create API key</button>
</form>`;
}

/** Shows a new key, once: it is not stored. */
export function newApiKeyPage({ name, apiKey, publicUrl }: { name: string; apiKey: string; publicUrl: string }): Page {
  return formPage(
    "Your new API key",
    html`<p>For <strong>${name}</strong>. Copy the key now. You won't be able to see it again.</p>
<pre class="secret"><code id="api-key">${apiKey}</code></pre>
<p>Send the key with each request:</p>
<pre><code>curl ${publicUrl}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer ${apiKey}' \\
  -d '{"query":"{ account { email } }"}'</code></pre>`,
  );
}

function formPage(title: string, content: Html): Page {
  return {
    titles: [title],
    isPersonal: true,
    main: html`<div class="narrow"><h1>${title}</h1>
${content}
<p><a href="/account">Back to account</a></p></div>`,
  };
}
