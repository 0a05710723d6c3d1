import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { LIMITS } from "../../shared/feed/model.ts";
import { measureBlock } from "../support/block-meter.ts";
import { startOrigin } from "../support/origin.ts";
import { enclosure, item, read, readItem, rss } from "./feed-xml.ts";

const MIB = 1_048_576;

/** Documents that hurt parsers. Each has a good item "a" before the bad part and "z" after it. */
const DOCUMENTS: [name: string, make: () => string][] = [
  ["X1: an entity bomb", () => around("<item><title>&lol9;</title></item>", `<!DOCTYPE rss [${bomb()}]>`)],
  [
    "X2: a quadratic bomb",
    () =>
      around(
        `<item><title>${"&a;".repeat(100_000)}</title></item>`,
        `<!DOCTYPE rss [<!ENTITY a "${"a".repeat(50_000)}">]>`,
      ),
  ],
  [
    "X3: cyclic entities",
    () => around("<item><title>&a;</title></item>", '<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
  ],
  ["X7: a DTD of 1 MB", () => around("", `<!DOCTYPE rss [${'<!ENTITY a "bbbbbbbbbbbbbb">'.repeat(40_000)}]>`)],
  ["X8: a million unclosed elements in an item", () => around(`<item>${"<a>".repeat(1e6)}</item>`)],
  ["X8: a million closed elements in an item", () => around(`<item>${"<a>".repeat(1e6)}${"</a>".repeat(1e6)}</item>`)],
  ["X8: 100 elements", () => around(`<item>${"<a>".repeat(100)}${"</a>".repeat(100)}</item>`)],
  ["X8: a million unclosed elements in the channel", () => around("<a>".repeat(1e6))],
  [
    "X8: 2 000 nested elements with a namespace each",
    () => around(`<item>${each(2_000, (i) => `<p${i}:a xmlns:p${i}="u${i}">`)}</item>`),
  ],
  ["X9: 100 000 attributes", () => around(`<item ${each(100_000, (i) => `a${i}="1" `)}></item>`)],
  ["X10: an attribute of 15 MB", () => around(`<item><enclosure url="${"x".repeat(15 * MIB)}"/></item>`)],
  ["X10: an attribute of two million entities", () => around(`<item><enclosure url="${"&amp;".repeat(2e6)}"/></item>`)],
  ["X11: 100 000 namespaces on one element", () => around(`<x ${each(100_000, (i) => `xmlns:n${i}="u${i}" `)}/>`)],
  ["X11: 100 000 namespaces on as many elements", () => around(each(100_000, (i) => `<a xmlns:n${i}="u${i}"/>`))],
  [
    "X11: 18 000 namespaces above 2 000 elements that declare more",
    () =>
      around(
        `<item>${each(90, (i) => `<a ${each(200, (j) => `xmlns:n${i}-${j}="u" `)}>`)}${each(1_900, (i) => `<b xmlns:m${i}="u"/>`)}</item>`,
      ),
  ],
  ["X12: 300 000 items", () => around("<item/>".repeat(300_000))],
  ["X15: ]]> in text", () => around("<item><title>a ]]> b</title></item>")],
  ["X16: CDATA in CDATA", () => around("<item><title><![CDATA[a <![CDATA[ b ]]> c ]]></title></item>")],
  [
    "X18: character references of no character",
    () => around(`<item><title>${"&#0;&#xD800;&#x110000;&#99999999999999999999;".repeat(20_000)}</title></item>`),
  ],
  [
    "X24: end tags missing, crossed and in upper case",
    () => around("<ITEM><TITLE>x<b></TITLE><guid>y</title></guid></ITEM><item><title>never closed"),
  ],
  [
    "X27: names that objects have",
    () =>
      around(
        '<item><__proto__ a="1"><title>x</title></__proto__><constructor __proto__="1" constructor="2">c</constructor><hasOwnProperty/><toString>x</toString></item>',
      ),
  ],
  ["20 000 enclosures in an item", () => around(`<item>${'<enclosure url="x"/>'.repeat(20_000)}</item>`)],
  ["500 000 relative bases", () => around(`<item>${'<a:b xml:base="x/"/>'.repeat(1_000)}</item>`.repeat(500))],
  [
    "250 000 starts of comments in a text",
    () => around(`<item><description><![CDATA[${"<!--".repeat(250_000)}]]></description></item>`),
  ],
  ["X18: a million entities in a text", () => around(`<item><title>${"&amp;".repeat(1e6)}</title></item>`)],
  ["a million tags in a text", () => around(`<item><description>${"<b>".repeat(1e6)}</description></item>`)],
  ["a million stray end tags", () => around("</a>".repeat(1e6))],
  ["a million stray brackets", () => around("< ".repeat(1e6))],
];

for (const [name, make] of DOCUMENTS) {
  test(`xml ${name}: readFeed() keeps the items around it and lets others have their turn`, async () => {
    const xml = make();

    const { result: feed, blockMs } = await measureBlock(() => read(xml));

    assert.deepEqual([feed.episodes.at(0)?.guid, feed.episodes.at(-1)?.guid], ["a", "z"]);
    // Ten times the bound.
    assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
  });
}

test("xml X4: readFeed() loads no external entity, from a file or over HTTP", async (t) => {
  const decoy = await startOrigin({ "/": "loaded" });
  t.after(decoy.close);
  const doctype = `<!DOCTYPE rss SYSTEM "${decoy.url}/rss.dtd" [<!ENTITY f SYSTEM "${import.meta.url}"><!ENTITY h SYSTEM "${decoy.url}/">]>`;

  const feed = await read(rss(`<title>T &f; &h;</title>${item("a")}${item("&f;&h;")}${item("z")}`, { doctype }));

  assert.equal(feed.title, "T &f; &h;");
  assert.deepEqual(
    feed.episodes.map(({ guid }) => guid),
    ["a", "&f;&h;", "z"],
  );
  assert.equal(decoy.numConnections(), 0);
});

test("xml X5: readFeed() loads no parameter entity, and declares nothing by one", async (t) => {
  const decoy = await startOrigin({ "/": '<!ENTITY e "loaded">' });
  t.after(decoy.close);
  const doctype = `<!DOCTYPE rss [<!ENTITY % p SYSTEM "${decoy.url}/"> %p; <!ENTITY % q '<!ENTITY e "declared">'> %q;]>`;

  const feed = await read(rss(`<title>T &e;</title>${item("a")}${item("z")}`, { doctype }));

  assert.equal(feed.title, "T &e;");
  assert.equal(feed.episodes.length, 2);
  assert.equal(decoy.numConnections(), 0);
});

test("xml X6: readFeed() includes no other document", async (t) => {
  const decoy = await startOrigin({ "/": item("included") });
  t.after(decoy.close);
  const include = (href: string) =>
    `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${href}" parse="text"><xi:fallback>${item("fallback")}</xi:fallback></xi:include>`;
  const inText = `<description>Before ${include(import.meta.url)} after</description>`;

  const feed = await read(rss(`${item("a", inText)}${include(`${decoy.url}/`)}${item("z")}`));

  assert.deepEqual(
    feed.episodes.map(({ guid }) => guid).filter((guid) => guid !== "fallback"),
    ["a", "z"],
  );
  assert.doesNotMatch(feed.episodes[0]?.descriptionSource ?? "", /import assert/);
  assert.equal(decoy.numConnections(), 0);
});

test("xml X12: readFeed() keeps the newest 20 000 items, wherever they are", async () => {
  const day = (i: number) => `<pubDate>${new Date(Date.UTC(2000, 0, 1) + i * 3_600_000).toUTCString()}</pubDate>`;
  const xml = rss(each(41_000, (i) => `<item><guid>${i}</guid><enclosure url="http://e.com/${i}"/>${day(i)}</item>`));

  const feed = await read(xml);

  assert.equal(feed.episodes.length, LIMITS.episodes);
  assert.deepEqual([feed.episodes[0]?.guid, feed.episodes.at(-1)?.guid], ["21000", "40999"]);
  assert.equal(feed.numSkipped, 21_000);
  assert.equal(feed.skipped.length, LIMITS.skipped);
  assert.equal(feed.skipped[0]?.reason, "too many items");
});

test("xml X13: readFeed() keeps the first of equal guids", async () => {
  const feed = await read(rss(item("same", "<itunes:episode>1</itunes:episode>").repeat(20_000)));

  assert.equal(feed.episodes.length, 1);
  assert.equal(feed.episodes[0]?.position, 0);
  assert.equal(feed.numSkipped, 19_999);
  assert.deepEqual(feed.skipped[0], { position: 1, guid: "same", title: "Title same", reason: "duplicate guid" });
});

test("xml X14: readFeed() refuses what ends in an unterminated construct", async () => {
  for (const start of ["<![CDATA[", "<!--", "<?", "<!DOCTYPE ", "<t", '<a b="']) {
    await assert.rejects(read(`<rss><channel>${item("a")}${start}${"x".repeat(MIB)}`), { kind: "truncated" }, start);
  }
});

test("xml X17: readFeed() drops characters that cannot be stored", async () => {
  const episode = await readItem(
    `<guid>g\u0000\u0001</guid><title>a\u0000b\u0085\ufffe\u0007</title>${enclosure("a.mp3")}`,
  );

  assert.deepEqual([episode.guid, episode.title], ["g", "ab"]);
});

test("xml X22: readFeed() survives UTF-7, UTF-32 and EBCDIC", async () => {
  const utf32 = Buffer.from(Array.from(rss(""), (character) => [character.charCodeAt(0), 0, 0, 0]).flat());

  for (const body of [
    Buffer.from("+ADw-rss+AD4-"),
    utf32,
    Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32]),
    Buffer.from("4ca76f94", "hex"),
  ]) {
    await assert.rejects(read(body), { name: "FeedError" });
  }
});

test("xml X25: readFeed() reads the first of two roots", async () => {
  const feed = await read(`${rss(`<title>One</title>${item("1")}`)}text${rss(`<title>Two</title>${item("2")}`)}`);

  assert.deepEqual([feed.title, ...feed.episodes.map(({ guid }) => guid)], ["One", "1"]);
});

test("xml X26: readFeed() refuses what is no feed", async () => {
  const bodies = [
    "<!doctype html><html><head><title>x</title></head></html>",
    '{"version":"https://jsonfeed.org/version/1.1"}',
    "%PDF-1.7\n%\xe2\xe3",
    "ID3\u0004\u0000\u0000",
    "<opml><body/></opml>",
    "\ufeff",
    "text",
  ];
  for (const body of bodies) {
    await assert.rejects(
      read(body),
      { kind: "not-a-feed", message: "Cannot read feed: no <rss>, <rdf:RDF> or <feed> element" },
      body,
    );
  }
});

test("xml X29: readFeed() skips items whose media URL cannot be used", async () => {
  const urls = ["javascript:alert(1)", "data:audio/mpeg;base64,AA", `https://e.com/${"x".repeat(100_000)}`, ""];
  const feed = await read(
    rss(
      `${urls.map((url) => `<item><guid>1</guid><enclosure url="${url}" length="-1"/></item>`).join("")}<item><enclosure url="ok.mp3" length="1e30"/></item>`,
    ),
  );

  assert.equal(feed.numSkipped, urls.length);
  assert.deepEqual(
    feed.episodes.map(({ mediaUrl, mediaBytes }) => [mediaUrl, mediaBytes]),
    [["https://feeds.example.com/shows/ok.mp3", undefined]],
  );
});

test("readFeed() looks for an item's media among the first twenty elements, those in groups included", async () => {
  const content = (i: number, type: string) => `<media:content url="https://e.com/${i}" type="${type}"/>`;
  const group = (first: number) => {
    const numbers = Array.from({ length: 10 }, (_, i) => first + i);
    return `<media:group>${numbers.map((i) => content(i, i < 20 ? "image/png" : "audio/mpeg")).join("")}</media:group>`;
  };

  const feed = await read(rss(`<item>${group(0)}${group(11)}</item><item>${group(0)}${group(10)}${group(20)}</item>`));

  assert.deepEqual(
    feed.episodes.map(({ mediaUrl }) => mediaUrl),
    ["https://e.com/20"],
  );
});

test("xml X31: readFeed() tells guids apart by all of their text, and by case", async () => {
  const long = "g".repeat(MIB - 10);
  const feed = await read(
    rss(
      ["", " ", "A", "a", " a ", `${long}1`, `${long}2`]
        .map((guid, i) => `<item><guid>${guid}</guid>${enclosure(`${i}.mp3`)}</item>`)
        .join(""),
    ),
  );

  assert.deepEqual(
    feed.episodes.map(({ guid }) => guid.slice(-5)),
    ["0.mp3", "1.mp3", "A", "a", "a", "ggggg", "ggggg"],
  );
  assert.ok(feed.episodes.every(({ guid }) => guid.length <= LIMITS.guid));
  const digestOf = (guid: string) => createHash("sha256").update(guid).digest("hex");
  const digests = feed.episodes.map(({ guidSha256 }) => guidSha256.toString("hex"));
  assert.deepEqual([digests[2], digests[5], digests[6]], [digestOf("A"), digestOf(`${long}1`), digestOf(`${long}2`)]);
  // Both have the guid "a", and other media.
  assert.equal(new Set(digests).size, 7);
  assert.deepEqual(feed.skipped, []);
});

test("xml X32: readFeed() cuts a description of 10 MB", async () => {
  const episode = await readItem(
    `<description>${"word &amp; ".repeat(MIB)}</description>${enclosure("a.mp3")}<guid>after</guid>`,
  );

  assert.equal(episode.guid, "after");
  assert.ok((episode.descriptionSource?.length ?? 0) <= 64_000);
  assert.ok((episode.descriptionHtml?.length ?? 0) <= 512_000);
});

test("xml X33: readFeed() keeps titles on their line", async () => {
  const { title } = await readItem(`<title>\u202eabc\u2066 Z${"\u0301".repeat(MIB)}</title>${enclosure("a.mp3")}`);

  assert.equal(title, "abc Z\u0301\u0301\u0301\u0301");
});

function around(bad: string, doctype = ""): string {
  return rss(`<title>T</title>${item("a")}${bad}${item("z")}`, { doctype });
}

function each(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join("");
}

function bomb(): string {
  return `<!ENTITY lol0 "lol">${each(9, (i) => `<!ENTITY lol${i + 1} "${`&lol${i};`.repeat(10)}">`)}`;
}
