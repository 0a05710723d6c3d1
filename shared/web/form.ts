import { type Html, html } from "./html.ts";

type Field = {
  name: string;
  /** Defaults to `name`; set it if the page has two fields of that name. */
  id?: string;
  label: string;
  type: "email" | "password";
  /** Used by password managers (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill). */
  autocomplete: "username" | "email" | "current-password" | "new-password";
  value?: string;
  hint?: string;
  maxLength?: number;
};

/** A labelled, required field. */
export function field({ name, id = name, label, type, autocomplete, value, hint, maxLength }: Field): Html {
  // Shows the rule for new passwords before it is broken.
  const minLength = autocomplete === "new-password" && html` minlength="8"`;
  return html`<p class="field"><label for="${id}">${label}</label>
<input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}"${
    value ? html` value="${value}"` : ""
  } required${minLength}${maxLength ? html` maxlength="${maxLength}"` : ""}${
    hint ? html` aria-describedby="${id}-hint"` : ""
  }>
${hint && html`<span class="muted" id="${id}-hint">${hint}</span>`}</p>
`;
}

/** A hidden field that tells password managers whose password the form contains. The server ignores it. */
export function usernameField(email: string): Html {
  return html`<input type="text" name="username" value="${email}" autocomplete="username" hidden readonly>`;
}

/** Fields for a new password and its confirmation. */
export function newPasswordFields({ label = "Password" }: { label?: string } = {}): Html {
  return html`${field({ name: "password", label, type: "password", autocomplete: "new-password", hint: "At least 8 characters. Common passwords are not allowed." })}
${field({ name: "password_confirm", label: `Confirm ${label.toLowerCase()}`, type: "password", autocomplete: "new-password" })}`;
}

/** An error about submitted data, which screen readers announce at once; nothing without a message. */
export function errorNotice(message: string | undefined): Html | undefined {
  return message === undefined ? undefined : html`<p class="notice error-text" role="alert" dir="auto">${message}</p>`;
}

export function notice(message: string | Html): Html {
  return html`<p class="notice" role="status">${message}</p>`;
}

/** A form with only a button. Changes are sent by POST, which works without scripts. */
export function buttonForm({ action, label, className }: { action: string; label: string; className?: string }): Html {
  return html`<form action="${action}" method="post"><button type="submit"${
    className ? html` class="${className}"` : ""
  }>${label}</button></form>`;
}
