import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "htmlparser2";
import { assetPath } from "../../shared/web/asset-path.ts";
import { allPages } from "./pages.ts";

const ADDRESSES = new Set(["href", "src", "action"]);

/** What in a page could run, load or lead where it must not. */
function threatsIn(body: string): string[] {
  const threats: string[] = [];
  let isScript = false;
  const parser = new Parser({
    ontext(text) {
      if (text.trim() !== "" && isScript) threats.push("<script>text");
    },
    onclosetag() {
      isScript = false;
    },
    onopentag(tag, attributes) {
      isScript = tag === "script";
      // The site's own script, which no feed has a part in.
      if (tag === "script" && attributes.src === assetPath("app.js")) return;
      if (["script", "style", "iframe", "object", "embed", "base"].includes(tag)) threats.push(`<${tag}>`);
      for (const [name, value] of Object.entries(attributes)) {
        if (/^on|^style$|^srcdoc$/.test(name)) threats.push(`<${tag} ${name}>`);
        if (ADDRESSES.has(name) && !/^(https?:\/\/|\/(?!\/)|#)/.test(value))
          threats.push(`<${tag} ${name}="${value}">`);
      }
    },
  });
  parser.end(body);
  return threats;
}

test("threatsIn() sees what it looks for", () => {
  const body = `<a href="javascript:x">x</a><img src="//x" onerror="x"><script>x</script><p style="x">`;

  assert.equal(threatsIn(body).length, 6);
});

for (const [name, { body }] of allPages()) {
  test(`page "${name}" holds nothing that runs, whatever a feed says`, () => {
    assert.deepEqual(threatsIn(body.toString()), []);
  });
}
