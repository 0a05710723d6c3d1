import assert from "node:assert/strict";
import test from "node:test";
import { chooseFeedLink, type FeedLink } from "../../shared/feed/links/feed-link.ts";
import { readLinkHeader } from "../../shared/feed/links/link-header.ts";
import { readPage } from "../../shared/feed/read-page.ts";

const URL_OF_PAGE = "https://show.example.com/about/";

function read(html: string, contentType = "text/html"): Promise<FeedLink[] | undefined> {
  return readPage({ body: Buffer.from(html), contentType, url: URL_OF_PAGE });
}

function link(href: string, extra = ""): string {
  return `<link rel="alternate" type="application/rss+xml" href="${href}" ${extra}>`;
}

async function urlsIn(html: string): Promise<string[] | undefined> {
  return (await read(html))?.map(({ url }) => url);
}

test("readPage() lists the feeds that a head names, whatever their letters' case, quotes and order", async () => {
  const links = await read(`<!doctype html><html><head><title>A & B</title>
    <LINK TYPE='application/rss+xml; charset=utf-8' TITLE='R &amp; S' HREF=/feed.xml REL="home Alternate">
    <link href="atom.xml?a=1&amp;b=2" rel=alternate type=application/atom+xml />
    <link rel="alternate" type="application/rdf+xml" href="//other.example.com/rdf">
    <link rel="alternate" type="text/html" hreflang="de" href="/de"><link rel="stylesheet" type="application/rss+xml" href="/x">
    <link rel="alternate" type="application/rss+xml"><link rel="alternate" type="application/rss+xml" href="javascript:x()">
    </head><body>${link("/body")}`);

  assert.deepEqual(links, [
    { url: "https://show.example.com/feed.xml", isRss: true, title: "R & S" },
    { url: "https://show.example.com/about/atom.xml?a=1&b=2", isRss: false, title: "" },
    { url: "https://other.example.com/rdf", isRss: false, title: "" },
  ]);
});

test("readPage() takes a link to XML for one to a feed, but to none that has a format of its own", async () => {
  const links = await read(`<!doctype html><html><head>
    <link rel="alternate" type="text/xml; charset=utf-8" title="Podcast" href="/feed.xml">
    <link rel="alternate" type="application/xml" href="/other.xml">
    <link rel="alternate" type="text/xml+oembed" href="/oembed"><link rel="sitemap" type="application/xml" href="/sitemap.xml">
    </head>`);

  assert.deepEqual(links, [
    { url: "https://show.example.com/feed.xml", isRss: false, title: "Podcast" },
    { url: "https://show.example.com/other.xml", isRss: false, title: "" },
  ]);
});

test("readPage() takes a link to JSON Feed for one to a feed, but not to other JSON", async () => {
  const links = await urlsIn(`<!doctype html><html><head>
    <link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" type="application/json" href="/wp-json/1"></head>`);

  assert.deepEqual(links, ["https://show.example.com/feed.json"]);
});

test("readPage() resolves addresses against the first <base>, also where that comes later", async () => {
  const urls = await urlsIn(`<head>${link("feed")}<base href="/pod/"><base href="/other/"></head>`);

  assert.deepEqual(urls, ["https://show.example.com/pod/feed"]);
});

test("readPage() takes nothing from scripts, comments, styles and what comes after the head", async () => {
  const urls = await urlsIn(`<html><head><script>document.write('${link("/1")}')</script><!-- ${link("/2")} -->
    <style>${link("/3")}</style><noscript></noscript><title>${link("/4")}</title></head>${link("/5")}<body>${link("/6")}</body>`);

  assert.deepEqual(urls, []);
});

test("readPage() tells a page from what is none", async () => {
  assert.equal(await read("{}", "application/json"), undefined);
  assert.equal(await read("", "audio/mpeg"), undefined);
  assert.deepEqual(await read("<HTML>", "text/plain"), []);
  assert.deepEqual(await read("", "text/html; charset=utf-8"), []);
});

test("readPage() reads a page in UTF-16", async () => {
  const body = Buffer.from(`\ufeff<html><head>${link("/ü")}`, "utf16le");

  const links = await readPage({ body, contentType: "text/html", url: URL_OF_PAGE });

  assert.deepEqual(links, [{ url: "https://show.example.com/%C3%BC", isRss: true, title: "" }]);
});

for (const [name, html, numLinks] of [
  ["10 000 links", Array.from({ length: 10_000 }, (_, i) => link(`/${i}`)).join(""), 50],
  ["a million open elements", `<head>${"<a>".repeat(1_000_000)}${link("/late")}`, 0],
  ["a link with 100 000 attributes", `<head><link ${"a=1 ".repeat(100_000)}>${link("/feed")}`, 1],
  ["an address of a megabyte", `<head>${link("a".repeat(1_000_000))}${link("/late")}`, 1],
  ["a comment without an end", `<head><!--${link("/feed").repeat(10_000)}`, 0],
  ["a script without an end", `<head><script>${"<".repeat(2_000_000)}`, 0],
  ["a tag without an end", `<head><link rel="${"x ".repeat(1_000_000)}`, 0],
] as const) {
  test(`readPage() is done with a page of ${name}`, async () => {
    const links = await read(html);

    assert.equal(links?.length, numLinks);
  });
}

test("readPage() lets others have their turn on the way, and stops when it is told to", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort(new Error("enough")));
  const body = Buffer.from(`<head>${"<meta>".repeat(100_000)}`);

  const read = readPage({ body, contentType: "text/html", url: URL_OF_PAGE, signal: controller.signal });

  await assert.rejects(read, /enough/);
});

test("readLinkHeader() lists the feeds among a header's links", () => {
  const header = `</style.css>; rel=preload, </feed,1>; rel="alternate"; rel=stylesheet; type="application/rss+xml"; title="A, B",
    <https://x.example.com/atom>;type=application/atom+xml;rel=alternate, <nonsense, <gopher://x/>; rel=alternate; type="application/rss+xml"`;

  const links = readLinkHeader(header, URL_OF_PAGE);

  assert.deepEqual(links, [
    { url: "https://show.example.com/feed,1", isRss: true, title: "A, B" },
    { url: "https://x.example.com/atom", isRss: false, title: "" },
  ]);
  assert.deepEqual(readLinkHeader(undefined, URL_OF_PAGE), []);
  assert.deepEqual(readLinkHeader(`${"<a>;rel=".repeat(8_000)},${" ".repeat(60_000)}`, URL_OF_PAGE), []);
});

test("chooseFeedLink() takes the first, but a podcast's before others, RSS before others, and comments last", () => {
  const named = (url: string, { title = "", isRss = true } = {}) => ({
    url: `https://x.example.com${url}`,
    title,
    isRss,
  });
  const comments = named("/comments/feed/", { title: "Kommentare" });
  const ofPost = named("/post/feed/", { title: "A post Comments Feed" });
  const atom = named("/atom", { isRss: false });
  const blog = named("/feed/");
  const podcast = named("/feed/2", { title: "The Podcast" });

  assert.equal(chooseFeedLink([]), undefined);
  assert.equal(chooseFeedLink([comments]), comments);
  assert.equal(chooseFeedLink([ofPost, comments]), ofPost);
  assert.equal(chooseFeedLink([comments, atom]), atom);
  assert.equal(chooseFeedLink([comments, atom, blog, named("/feed/3")]), blog);
  assert.equal(chooseFeedLink([comments, atom, blog, podcast]), podcast);
});
