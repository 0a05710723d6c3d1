import assert from "node:assert/strict";
import { test } from "node:test";
import { xmlTokens } from "../../../shared/feed/xml/xml-tokens.ts";

test("xmlTokens() reads names in lower case, values with their entities, and keeps entities that are not XML's", () => {
  assert.deepEqual(tokensOf(`<A:B C="1 &amp; 2" c='again' d=e f><![CDATA[<x>]]>&eacute;&#65;</A:B><Empty/>`), [
    ["open", "a:b", { c: "1 & 2", d: "e", f: "" }, false],
    ["text", "<x>&eacute;A"],
    ["close", "a:b"],
    ["open", "empty", {}, true],
  ]);
});

test("xml X9: xmlTokens() passes 256 attributes on", () => {
  const [open] = tokensOf(`<a ${Array.from({ length: 1_000 }, (_, i) => `a${i}="1"`).join(" ")}/>`);

  assert.equal(Object.keys(open?.[2] ?? {}).length, 256);
});

test("xml X10: xmlTokens() drops values, names and elements that are too long, whole", () => {
  const value = "x".repeat(65_536);

  assert.deepEqual(
    tokensOf(`<a ok="${value}" long="${value}x" entities="${"&amp;".repeat(65_537)}" ${"n".repeat(1_025)}="1"/>`),
    [["open", "a", { ok: value }, true]],
  );
  assert.deepEqual(tokensOf(`<${"n".repeat(1_025)}><b/></${"n".repeat(1_025)}>`), [["open", "b", {}, true]]);
});

test("xml X27: xmlTokens() drops names that an object cannot have, and names that are none", () => {
  assert.deepEqual(tokensOf('<__proto__/><a __proto__="1" constructor="2" @="3" #="4"/><@/><#/><a:b:c/></__proto__>'), [
    ["open", "a", { constructor: "2" }, true],
  ]);
});

test("xmlTokens() takes brackets that begin no tag for text", () => {
  assert.deepEqual(tokensOf("I <3 you, 1 < 2 <= 3 <- 4 << 5"), [["text", "I <3 you, 1 < 2 <= 3 <- 4 << 5"]]);
});

type Token = [string, string, Record<string, string>?, boolean?];

/** Texts that follow each other count as one. */
function tokensOf(xml: string): Token[] {
  const result: Token[] = [];
  const tokens = xmlTokens({
    onOpen: (name, attributes, isEmpty) => result.push(["open", name, { ...attributes }, isEmpty]),
    onClose: (name) => result.push(["close", name]),
    onText(text) {
      const last = result.at(-1);
      if (last?.[0] === "text") last[1] += text;
      else result.push(["text", text]);
    },
  });
  tokens.write(xml);
  return result;
}
