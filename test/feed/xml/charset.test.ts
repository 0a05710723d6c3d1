import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCharset, decodeSlices } from "../../../shared/feed/xml/charset.ts";

const XML = '<?xml version="1.0"?><rss><channel><title>Café – 日本</title></channel></rss>';

test("fetch 67: chooseCharset() prefers the byte order mark, then the header, then the declaration", () => {
  const latin = Buffer.from('<?xml version="1.0" encoding="koi8-r"?><t>\xe9</t>', "latin1");

  assert.equal(chooseCharset(Buffer.from(`\ufeff${XML}`), "text/xml; charset=iso-8859-1"), "utf-8");
  assert.equal(chooseCharset(latin, 'text/xml; charset="iso-8859-2"'), "iso-8859-2");
  assert.equal(chooseCharset(latin, "text/xml"), "koi8-r");
  assert.equal(chooseCharset(Buffer.from("<t>\xe9</t>", "latin1"), undefined), "utf-8");
});

test("fetch 67: chooseCharset() reads UTF-8 that is labelled otherwise as UTF-8", () => {
  const labelled = XML.replace('"1.0"', '"1.0" encoding="windows-1252"');

  assert.equal(chooseCharset(Buffer.from(labelled), undefined), "utf-8");
  assert.equal(chooseCharset(Buffer.from(XML), "text/xml; charset=us-ascii"), "utf-8");
  assert.equal(chooseCharset(Buffer.from("<t>\xd0</t>", "latin1"), "text/xml; charset:windows-1251;"), "windows-1251");
});

test("fetch 67: chooseCharset() passes over labels that nobody knows", () => {
  const body = Buffer.from('<?xml version="1.0" encoding="windows-1251"?><t>\xcf\xf0</t>', "latin1");

  assert.equal(chooseCharset(body, "text/xml; charset=x-unheard-of"), "windows-1251");
});

test("fetch 67: chooseCharset() recognizes UTF-16 without a byte order mark", () => {
  assert.equal(chooseCharset(Buffer.from(XML, "utf16le"), undefined), "utf-16le");
  assert.equal(chooseCharset(Buffer.from(XML, "utf16le").swap16(), undefined), "utf-16be");
});

test("xml X19: chooseCharset() stays with UTF-8 when a few bytes of it are broken", () => {
  for (const broken of [
    [0xc0, 0xaf],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
  ]) {
    const body = Buffer.concat([Buffer.from(XML), Buffer.from(broken)]);

    assert.equal(chooseCharset(body, "text/xml; charset=utf-8"), "utf-8");
    assert.equal(decode(body, "utf-8", 7).startsWith(XML), true);
  }
});

test("chooseCharset() stays with UTF-8 that is labelled otherwise when one byte of it is broken", () => {
  const body = Buffer.concat([Buffer.from("é".repeat(20)), Buffer.of(0xe9)]);

  assert.equal(chooseCharset(body, "text/xml; charset=iso-8859-1"), "utf-8");
  assert.equal(chooseCharset(Buffer.from("\xc3\xa9 \xe9", "latin1"), "text/xml; charset=iso-8859-1"), "windows-1252");
});

test("decodeSlices() reads bytes that are not UTF-8 as windows-1252, and leaves the text around them", () => {
  const pasted = Buffer.from("na\xefve, d\xe9j\xe0 \x93so\x94 \xe2\x82", "latin1");
  const body = Buffer.concat([Buffer.from("Café – 日本 🎧 "), pasted, Buffer.from(" Österreich")]);

  for (let sliceBytes = 1; sliceBytes <= body.length; sliceBytes++)
    assert.equal(decode(body, "utf-8", sliceBytes), "Café – 日本 🎧 naïve, déjà “so” â‚ Österreich");
});

test("decodeSlices() takes overlong forms, surrogates and what is beyond Unicode for windows-1252", () => {
  for (const [bytes, text] of [
    [[0xc0, 0xaf], "À¯"],
    [[0xe0, 0x9f, 0xbf], "àŸ¿"],
    [[0xed, 0xa0, 0x80], "í\u00a0€"],
    [[0xf4, 0x90, 0xa0, 0xa0], "ô\x90\u00a0\u00a0"],
  ] as const) {
    assert.equal(decode(Buffer.from(bytes), "utf-8", 2), text);
  }
});

test("xml X20: decodeSlices() turns lone surrogates of UTF-16 into U+FFFD", () => {
  const body = Buffer.from([0x61, 0, 0x00, 0xd8, 0x62, 0]);

  assert.equal(decode(body, "utf-16le", 1), "a\ufffdb");
});

test("xml X21: chooseCharset() takes the bytes for what they are whatever byte order marks there are", () => {
  assert.equal(decode(Buffer.from(`\ufeff${XML}`), "utf-8", 2), XML);
  assert.equal(decode(Buffer.from(`\ufeff\ufeff${XML}`), "utf-8", 2), `\ufeff${XML}`);
  assert.equal(
    chooseCharset(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(XML, "utf16le")]), "text/xml; charset=utf-8"),
    "utf-16le",
  );
});

test("xml X23: chooseCharset() reads UTF-8 that is declared to be UTF-16", () => {
  const body = Buffer.from(XML.replace('"1.0"', '"1.0" encoding="UTF-16"'));

  assert.equal(chooseCharset(body, undefined), "utf-8");
  assert.equal(
    chooseCharset(Buffer.from('<?xml version="1.0" encoding="UTF-16"?><t/>'), "text/xml; charset=utf-16"),
    "utf-8",
  );
});

test("xml X34: decodeSlices() decodes the same whatever the size of its slices", () => {
  const body = Buffer.from(XML);

  for (let sliceBytes = 1; sliceBytes <= body.length; sliceBytes++)
    assert.equal(decode(body, "utf-8", sliceBytes), XML);
});

function decode(body: Buffer, charset: string, sliceBytes: number): string {
  return [...decodeSlices(body, charset, sliceBytes)].join("");
}
