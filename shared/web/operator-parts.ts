import { type Html, html } from "./html.ts";
import { OPERATOR_ACTION_PATH } from "./links.ts";
import { instantText } from "./words.ts";

type Action = {
  action: string;
  fields: Record<string, number>;
  label: string;
  /** What a screen reader adds to the label, where a list has many buttons of one label. */
  of?: string;
  className?: "button" | "danger";
};

/** A button that does one thing for the operator. */
export function actionForm({ action, fields, label, of, className = "button" }: Action): Html {
  return html`<form action="${OPERATOR_ACTION_PATH}" method="post">
<input type="hidden" name="action" value="${action}">
${hiddenFields(fields)}
<button type="submit" class="${className}">${label}${of !== undefined && html`<span class="unseen"> ${of}</span>`}</button>
</form>`;
}

export function hiddenFields(fields: Record<string, number>): Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`);
}

export function instantTag(instant: Date): Html {
  return html`<time datetime="${instant.toISOString()}">${instantText(instant)}</time>`;
}

type Visit = { at: Date | undefined; isDue: boolean; why: string };
/** When a podcast is crawled next, and why then. */
export function visitText({ at, isDue, why }: Visit): Html {
  return html`${at !== undefined && !isDue && html`${instantTag(at)}. `}${why}`;
}
