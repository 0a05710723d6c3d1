import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedNode } from "../../shared/feed/xml/feed-node.ts";
import { feedTree } from "../../shared/feed/xml/feed-tree.ts";
import { xmlTokens } from "../../shared/feed/xml/xml-tokens.ts";
import { FEED_URL, item, rss } from "./feed-xml.ts";

const XML = `<!-- - -- -->${rss(
  `<title>A &amp; B &eacute; &#233; &#x1F600; &unknown; 1 < 2 <3</title><?pi a?><![CDATA[ junk ]]>
  ${item("1", '<description><![CDATA[<p a="b">]] ]]]></p>]]>&lt;x&gt; &</description><itunes:image href="a?b=1&amp;c=2&d=3"/>')}
  ${item("😀", "<a  b = 'c\"d'  e=f g/><content:encoded><p>x<br/>y &amp; z</p></content:encoded></b>")}
  <item><title>never closed`,
  { doctype: '<!DOCTYPE rss [<!ENTITY a "b">]>' },
)}<!-- after`;

test("xml X34: a feed reads the same whatever pieces it comes in", () => {
  const whole = readPieces([XML]);

  assert.equal(whole.items.length, 3);
  for (let i = 1; i < XML.length; i++) {
    assert.deepEqual(
      readPieces([XML.slice(0, i), XML.slice(i)]),
      whole,
      `cut before ${JSON.stringify(XML.slice(i, i + 20))}`,
    );
  }
  for (const size of [1, 2, 3, 5, 7, 64]) {
    const pieces = Array.from({ length: Math.ceil(XML.length / size) }, (_, i) => XML.slice(i * size, (i + 1) * size));
    assert.deepEqual(readPieces(pieces), whole, `pieces of ${size}`);
  }
});

function readPieces(pieces: string[]) {
  const items: FeedNode[] = [];
  const tree = feedTree({ feedUrl: FEED_URL, onItem: (node) => items.push(node) });
  const tokens = xmlTokens(tree);
  for (const piece of pieces) tokens.write(piece);
  return { items, ...tree.result() };
}
