import { type Html, html } from "./html.ts";

type Field = {
  name: string;
  /** Its name unless given, for a page that has two fields of a name. */
  id?: string;
  label: string;
  type: "email" | "password";
  /** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill: what password managers go by. */
  autocomplete: "username" | "email" | "current-password" | "new-password";
  value?: string;
  hint?: string;
  maxLength?: number;
};

/** A labelled field that has to be filled in. */
export function field({ name, id = name, label, type, autocomplete, value, hint, maxLength }: Field): Html {
  // A new password's rule is told before it is broken.
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

/** Whose password a form is about, by which password managers find it; unseen, and read by nobody here. */
export function usernameField(email: string): Html {
  return html`<input type="text" name="username" value="${email}" autocomplete="username" hidden readonly>`;
}

/** A new password and the same once more. */
export function newPasswordFields({ label = "Password" }: { label?: string } = {}): Html {
  return html`${field({ name: "password", label, type: "password", autocomplete: "new-password", hint: "At least 8 characters. Common passwords are refused." })}
${field({ name: "password_confirm", label: `${label}, again`, type: "password", autocomplete: "new-password" })}`;
}

/** What went wrong with what was sent, where a screen reader tells it at once; nothing where nothing did. */
export function errorNotice(message: string | undefined): Html | undefined {
  return message === undefined ? undefined : html`<p class="notice fault" role="alert" dir="auto">${message}</p>`;
}

export function notice(message: string | Html): Html {
  return html`<p class="notice" role="status">${message}</p>`;
}

/** A button alone in a form: what changes something is sent by POST, and works without scripts. */
export function buttonForm({ action, label, className }: { action: string; label: string; className?: string }): Html {
  return html`<form action="${action}" method="post"><button type="submit"${
    className ? html` class="${className}"` : ""
  }>${label}</button></form>`;
}
