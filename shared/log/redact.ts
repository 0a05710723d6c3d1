import { isSecretField, isSecretName, SECRET_ROOTS } from "../secret-names.ts";
import type { Fields, FieldValue, Pair } from "./record.ts";

// A feed may put a megabyte into any of its texts: a line keeps what identifies it. It also bounds what the patterns
// below cost on hostile text: each start of a match looks at a bounded number of characters.
const MAX_CHARS = 2_000;
// An array in a log line is a sample.
const MAX_VALUES = 20;
const MASK = "***";

// What all of the patterns below need; most texts have none of it, and are left alone at once.
const SUSPECT = /[=:/%]|bearer|basic/i;
// The first alternative is for a password that was not percent-encoded: anything but a port follows the colon.
const USERINFO = /\/\/(?:[^\s/?#@:]*:(?!\d+[/?#])\S{0,200}|[^\s/?#]*)@/g;
const ENCODED_USERINFO = /%2F%2F[^\s/?#&]{0,200}%40/gi;
const CUT_USERINFO = /\/\/[^\s/?#]*$/;
const HEADER = /((?:cookie|authorization)["']?\s?[:=]\s?)[^\r\n]+/gi;
const SCHEME = /\b(bearer|basic)\s+[^\s"',;]+/gi;
const NAMED = new RegExp(`(${SECRET_ROOTS}[\\w%.\\]-]{0,20}["']?\\s?(?:[=:]|%3D)\\s?["']?)[^\\s&#,;"']+`, "gi");
// Its name decides whether it is masked; no name is longer. A semicolon ends the value if another parameter follows.
const PARAMETER = /([?&;]([^\s=?&;#]{1,100})=)(?:[^\s&#;]|;(?![^\s=?&;#]{1,100}=))+/g;
// Drizzle ends the message of a failed query with the values of its parameters.
const QUERY_VALUES = /\nparams: [\s\S]*/;

/** Masks credentials in any text: of URLs, headers, parameters, failed queries. Cuts what is long. Linear in time. */
export function redactText(text: string): string {
  const isCut = text.length > MAX_CHARS;
  const kept = isCut ? text.slice(0, MAX_CHARS) : text;
  const clean = SUSPECT.test(kept) ? maskSecrets(isCut ? kept.replace(CUT_USERINFO, `//${MASK}`) : kept) : kept;
  return isCut ? `${clean}…` : clean;
}

/** Masks by name (text under a name like `password`; counts such as `num_tokens` stay) and by value. */
export function redactFields(fields: Fields): Pair[] {
  const pairs: Pair[] = [];
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) pairs.push([name, redactValue(name, value)]);
  }
  return pairs;
}

/** Keeps a text on its line and a terminal unharmed: control characters, line ends and bidi overrides as `\n`, `\x1b`. */
export function escapeControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, escapeControl) : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const CONTROLS = new RegExp(CONTROL.source, "g");

function maskSecrets(text: string): string {
  return text
    .replace(QUERY_VALUES, `\nparams: ${MASK}`)
    .replace(USERINFO, `//${MASK}@`)
    .replace(ENCODED_USERINFO, `%2F%2F${MASK}%40`)
    .replace(HEADER, `$1${MASK}`)
    .replace(SCHEME, `$1 ${MASK}`)
    .replace(NAMED, `$1${MASK}`)
    .replace(PARAMETER, (parameter, start: string, name: string) => (isSecretName(name) ? start + MASK : parameter));
}

function redactValue(name: string, value: Exclude<FieldValue, undefined>): Pair[1] {
  if (typeof value !== "string" && !Array.isArray(value)) return value;
  if (isSecretField(name)) return MASK;
  if (typeof value === "string") return redactText(value);
  const values = value.slice(0, MAX_VALUES).map(redactText);
  return value.length > MAX_VALUES ? [...values, `… ${value.length - MAX_VALUES} more`] : values;
}

function escapeControl(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\r") return "\\r";
  if (char === "\t") return "\\t";
  const code = char.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
}
