import { errorNotice, field, newPasswordFields, notice, usernameField } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";

// Forms of the account's page, and the pages that show one again where what it sent was refused.

type Refused = { validationError: string | undefined };

export function passwordForm(email: string): Html {
  return html`<form class="entry" action="/account/password" method="post">
${usernameField(email)}
${field({ name: "current_password", label: "Current password", type: "password", autocomplete: "current-password" })}
${newPasswordFields({ label: "New password" })}
<p class="muted">Every other browser is logged out. API keys stay until they are revoked.</p>
<p><button type="submit">Change password</button></p>
</form>`;
}

export function passwordPage({ email, validationError }: Refused & { email: string }): Page {
  return formPage("Change your password", html`${errorNotice(validationError)}\n${passwordForm(email)}`);
}

type EmailForm = { email: string; newEmail?: string; isClosed: boolean };

/** @param form `isClosed`: no mail can be sent, so no address can be confirmed */
export function emailForm({ email, newEmail, isClosed }: EmailForm): Html {
  if (isClosed) return notice("This podcore sends no mail (SMTP_URL is not set), so the address cannot be changed.");
  return html`<form class="entry" action="/account/email" method="post">
${usernameField(email)}
${field({ name: "new_email", label: "New email address", type: "email", autocomplete: "email", ...(newEmail === undefined ? {} : { value: newEmail }), maxLength: 254 })}
${field({ name: "email_password", label: "Your password", type: "password", autocomplete: "current-password" })}
<p class="muted">Both addresses get a mail with a link. The address changes once both links are opened.</p>
<p><button type="submit">Change email address</button></p>
</form>`;
}

export function emailPage({ validationError, ...form }: Refused & EmailForm): Page {
  return formPage("Change your email address", html`${errorNotice(validationError)}\n${emailForm(form)}`);
}

/** After the form. It reads the same whether or not the new address has an account. */
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
      ? notice("Mail is off here (SMTP_URL is not set): both links are in podcore's log.")
      : notice(
          html`Open the link that was sent to <strong>${newEmail}</strong>, and the one that was sent to <strong>${email}</strong>. Until both are opened your address stays as it is.`,
        ),
  );
}

/** @param options `id`: of the password's field, for a page that has another one */
export function deletionForm(email: string | null, options: { id?: string } = {}): Html {
  return html`<form class="entry" action="/account/deletion" method="post">
${email !== null && usernameField(email)}
${email !== null && field({ ...options, name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
<p><button type="submit" class="danger">Delete this account</button></p>
</form>`;
}

export function deletionPage({ email, validationError }: Refused & { email: string | null }): Page {
  return formPage("Delete your account", html`${errorNotice(validationError)}\n${deletionForm(email)}`);
}

export function apiKeyForm(): Html {
  return html`<form class="add" action="/account/api-keys" method="post">
<label for="name">Name of the app</label>
<input id="name" name="name" type="text" required maxlength="100">
<button type="submit">Make a key</button>
</form>`;
}

/** Shows a key the one time that it can be shown. */
export function newApiKeyPage({ name, apiKey, publicUrl }: { name: string; apiKey: string; publicUrl: string }): Page {
  return formPage(
    "Your new API key",
    html`<p>For <strong>${name}</strong>. Copy it now: it is not shown again.</p>
<pre class="secret"><code id="api-key">${apiKey}</code></pre>
<p>Apps send it like this:</p>
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
<p><a href="/account">Back to your account</a></p></div>`,
  };
}
