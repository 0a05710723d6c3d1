import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "htmlparser2";
import { allPages } from "./pages.ts";

const ADDRESSES = new Set(["href", "src", "action"]);

/** What in a page could run, load or lead where it must not. */
function threatsIn(body: string): string[] {
  const threats: string[] = [];
  const parser = new Parser({
    onopentag(tag, attributes) {
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

  assert.equal(threatsIn(body).length, 5);
});

for (const [name, { body }] of allPages()) {
  test(`page "${name}" holds nothing that runs, whatever a feed says`, () => {
    assert.deepEqual(threatsIn(body.toString()), []);
  });
}
