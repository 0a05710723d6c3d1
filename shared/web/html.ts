/** Markup, which `html` does not escape again. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Value = Html | string | number | false | undefined | readonly Value[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Creates markup. Escapes strings for text and for quoted attributes, and joins the items of arrays; `false` and
 * `undefined` add nothing.
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  let text = strings[0] ?? "";
  for (let i = 0; i < values.length; i += 1) text += textOf(values[i]) + (strings[i + 1] ?? "");
  return new Html(text);
}

/** Turns a string that contains markup into `Html`. External text in it must be sanitized before. */
export function raw(text: string): Html {
  return new Html(text);
}

function textOf(value: Value): string {
  if (typeof value === "string") return escapeText(value);
  if (value instanceof Html) return value.toString();
  if (typeof value === "number") return String(value);
  return Array.isArray(value) ? value.map(textOf).join("") : "";
}

function escapeText(text: string): string {
  // Most strings have nothing to escape.
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "") : text;
}
