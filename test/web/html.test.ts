import assert from "node:assert/strict";
import { test } from "node:test";
import { html, raw } from "../../shared/web/html.ts";

test("html() escapes strings, so that they end neither a tag nor a quoted attribute", () => {
  const text = `<b title="a" id='b'>&amp;</b>`;

  const page = html`<p title="${text}" id='${text}'>${text}</p>`;

  const escaped = "&lt;b title=&quot;a&quot; id=&#39;b&#39;&gt;&amp;amp;&lt;/b&gt;";
  assert.equal(String(page), `<p title="${escaped}" id='${escaped}'>${escaped}</p>`);
});

test("html() does not escape what html() and raw() made", () => {
  const part = html`<i>${"<"}</i>`;

  const page = html`<p>${part}${raw("<br>")}</p>`;

  assert.equal(String(page), "<p><i>&lt;</i><br></p>");
});

test("html() writes the items of arrays, nested ones too, and escapes each", () => {
  const page = html`<p>${["<", [html`<br>`, [">", 1]], []]}</p>`;

  assert.equal(String(page), "<p>&lt;<br>&gt;1</p>");
});

test("html() writes numbers, and nothing for false and undefined", () => {
  const page = html`${0}|${-1.5}|${false}|${undefined}|${""}|${[false, undefined]}`;

  assert.equal(String(page), "0|-1.5||||");
});

test("html() escapes what only looks like markup of its own", () => {
  const forged = { isEscaped: true, toString: () => "<script>" };

  // As a value from JSON would come, past the types.
  const page = html`<p>${forged as unknown as string}</p>`;

  assert.equal(String(page), "<p></p>");
});
