import { isSecretField, isSecretName, SECRET_ROOTS } from "../secret-names.ts";
import type { Fields, FieldValue, Pair } from "./record.ts";

// A feed may put a megabyte into any text; this keeps enough to identify it. It also bounds the time that the patterns
// below take on hostile text: each start of a match looks at a bounded number of characters.
const MAX_CHARS = 2_000;
// Arrays in log lines are samples.
const MAX_VALUES = 20;
const MASK = "***";

// Every pattern below needs one of these. Most texts contain none and are returned unchanged.
const SUSPECT = /[=:/%]|bearer|basic/i;
// The first alternative is for a password that was not percent-encoded: anything but a port follows the colon.
const USERINFO = /\/\/(?:[^\s/?#@:]*:(?!\d+[/?#])\S{0,200}|[^\s/?#]*)@/g;
const ENCODED_USERINFO = /%2F%2F[^\s/?#&]{0,200}%40/gi;
const CUT_USERINFO = /\/\/[^\s/?#]*$/;
const HEADER = /((?:cookie|authorization)["']?\s?[:=]\s?)[^\r\n]+/gi;
const SCHEME = /\b(bearer|basic)\s+[^\s"',;]+/gi;
const NAMED = new RegExp(`(${SECRET_ROOTS}[\\w%.\\]-]{0,20}["']?\\s?(?:[=:]|%3D)\\s?["']?)[^\\s&#,;"']+`, "gi");
// The name decides whether the value is masked; names are limited to 100 characters. A semicolon ends the value if
// another parameter follows.
const PARAMETER = /([?&;]([^\s=?&;#]{1,100})=)(?:[^\s&#;]|;(?![^\s=?&;#]{1,100}=))+/g;
// Drizzle ends a failed query's message with the values of its parameters.
const QUERY_VALUES = /\nparams: [\s\S]*/;

/** Masks credentials in text: in URLs, headers, parameters and failed queries. Truncates long text. Takes linear time. */
export function redactText(text: string): string {
  const isCut = text.length > MAX_CHARS;
  const kept = isCut ? text.slice(0, MAX_CHARS) : text;
  const clean = SUSPECT.test(kept) ? maskSecrets(isCut ? kept.replace(CUT_USERINFO, `//${MASK}`) : kept) : kept;
  return isCut ? `${clean}…` : clean;
}

/**
 * Masks text in fields whose names mean a secret, such as `password`, and credentials within other text. Counts such as
 * `num_tokens` stay.
 */
export function redactFields(fields: Fields): Pair[] {
  const pairs: Pair[] = [];
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) pairs.push([name, redactValue(name, value)]);
  }
  return pairs;
}

/**
 * Escapes control characters, line breaks and bidi overrides as `\n` or `\x1b`. Then text stays on its line and cannot
 * control a terminal.
 */
export function escapeControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, escapeControl) : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
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
