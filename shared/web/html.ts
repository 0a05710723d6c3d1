import { html as honoHtml } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup whose values are already escaped. */
export type Html = HtmlEscapedString;

type Value = Html | string | number | false | undefined | readonly Value[];

/** Creates markup. Strings are escaped, `Html` is not; `false` and `undefined` add nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  // hono returns a promise only if a value is one, which `Value` does not allow.
  return honoHtml(strings, ...values) as Html;
}
