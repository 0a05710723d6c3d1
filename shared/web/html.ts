import { html as honoHtml } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup: what stands in it is escaped already. */
export type Html = HtmlEscapedString;

type Value = Html | string | number | false | undefined | readonly Value[];

/** Makes markup; strings put into it are escaped, `Html` is not, `false` and `undefined` leave nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  // hono answers with a promise only where a value is one, and `Value` admits none.
  return honoHtml(strings, ...values) as Html;
}
