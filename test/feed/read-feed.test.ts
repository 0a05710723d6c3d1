import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { enclosure, FEED_URL, item, read, readChannel, readItem, rss } from "./feed-xml.ts";

test("readFeed() reads an RSS channel", async () => {
  const feed = await readChannel(`
    <title>Tom &amp; Jo</title><link>https://example.com/show</link><language>en_US</language><copyright>© Jo</copyright>
    <description><![CDATA[<p>One</p><p>Two</p>]]></description><itunes:author>Jo Doe</itunes:author>
    <itunes:owner><itunes:name>Owner</itunes:name><itunes:email>o@example.com</itunes:email></itunes:owner>
    <itunes:image href="art.jpg"/><image><url>https://example.com/small.png</url><title>x</title></image>
    <itunes:explicit>clean</itunes:explicit><itunes:type>Serial</itunes:type><itunes:complete>Yes</itunes:complete>
    <itunes:new-feed-url>https://example.org/new.xml</itunes:new-feed-url>
    <podcast:guid>917393E3-1B1E-5CEF-ACE4-EDAA54E1F810</podcast:guid><podcast:locked owner="o@example.com">yes</podcast:locked>
    <podcast:medium>Music</podcast:medium>`);

  const { namespace, ...rest } = feed;
  assert.deepEqual(rest, {
    kind: "rss",
    title: "Tom & Jo",
    isUntitled: false,
    description: "One\n\nTwo",
    author: "Jo Doe",
    ownerName: "Owner",
    language: "en-us",
    copyright: "© Jo",
    linkUrl: "https://example.com/show",
    imageUrl: "https://feeds.example.com/shows/art.jpg",
    categories: [],
    isExplicit: false,
    itunesType: "serial",
    isComplete: true,
    isBlocked: false,
    newFeedUrl: "https://example.org/new.xml",
    podcastGuid: "917393e3-1b1e-5cef-ace4-edaa54e1f810",
    isLocked: true,
    medium: "music",
    nextPageUrl: undefined,
    extras: undefined,
    updateHints: { isComplete: true },
    hubLinks: { hubUrls: [], selfUrl: undefined },
    episodes: [],
    skipped: [],
    isWhole: true,
    publishedAt: undefined,
    numSkipped: 0,
  });
  assert.deepEqual(namespace, {
    funding: [],
    persons: [],
    values: [],
    trailers: [],
    liveItems: [],
    podroll: [],
    txts: [],
  });
});

test("readFeed() finds the page with older episodes, in RSS and in Atom", async () => {
  const pages = [
    `<atom:link rel="self" href="/1"/><atom:link rel="prev-archive" href="/archive"/><atom:link rel="Next" href="/shows?page=2#x"/>`,
    `<atom:link rel="next" href="javascript:alert(1)"/><atom:link rel="prev-archive" href="/archive"/>`,
    `<link>https://example.com/next</link>`,
  ];
  const channels = await Promise.all(pages.map((links) => readChannel(`<title>A</title>${links}`)));
  const atom = await read(
    `<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><link href="/site"/><link rel="next" href="2.xml"/></feed>`,
  );

  assert.deepEqual(
    [...channels, atom].map(({ nextPageUrl }) => nextPageUrl),
    [
      "https://feeds.example.com/shows?page=2",
      "https://feeds.example.com/archive",
      undefined,
      "https://feeds.example.com/shows/2.xml",
    ],
  );
});

test("readFeed() reads an RSS item", async () => {
  const { namespace, ...episode } = await readItem(`
    <guid isPermaLink="false"> Guid-1 </guid><title>T: the title</title><itunes:title>The title</itunes:title>
    <link>/e/1</link><pubDate>Sun, 25 Mar 2018 10:00:00 GMT</pubDate><description>Short</description>
    <content:encoded><![CDATA[<p>Long <a href="more">notes</a></p>]]></content:encoded>
    <enclosure url="https://media.example.com/1.mp3" type="Audio/MPEG; x=1" length="123"/>
    <author>jo@example.com (Jo Doe)</author><itunes:image href="https://example.com/1.jpg"/><itunes:duration>1:02:03</itunes:duration>
    <itunes:explicit>yes</itunes:explicit><itunes:season>2</itunes:season><itunes:episode>7</itunes:episode>
    <itunes:episodeType>Bonus</itunes:episodeType><itunes:block>yes</itunes:block>`);

  assert.deepEqual(episode, {
    position: 0,
    guid: "Guid-1",
    guidSha256: createHash("sha256").update("Guid-1").digest(),
    title: "T: the title",
    publishedAt: new Date("2018-03-25T10:00:00Z"),
    descriptionSource: '<p>Long <a href="more">notes</a></p>',
    descriptionHtml:
      '<p>Long <a href="https://feeds.example.com/e/more" rel="nofollow noopener noreferrer">notes</a></p>',
    author: "Jo Doe",
    linkUrl: "https://feeds.example.com/e/1",
    imageUrl: "https://example.com/1.jpg",
    mediaUrl: "https://media.example.com/1.mp3",
    mediaType: "audio/mpeg",
    mediaBytes: 123,
    durationSeconds: 3723,
    isExplicit: true,
    isBlocked: true,
    season: 2,
    seasonName: undefined,
    episodeNumber: 7,
    episodeDisplay: undefined,
    episodeType: "bonus",
    chapters: [],
    extras: { itunesTitle: "The title", summary: "Short" },
  });
  assert.deepEqual(namespace, { persons: [], transcripts: [], soundbites: [], values: [], txts: [] });
});

test("readFeed() reads Atom", async () => {
  const feed = await read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/base/" xml:lang="de">
    <title>Atom show</title><subtitle>About</subtitle><author><name>Jo</name></author><logo>logo.png</logo>
    <link rel="self" href="https://example.com/atom"/><link href="/home"/><rights>R</rights><category term="Arts"/>
    <entry><id>tag:example.com,2020:1</id><title type="html">One &amp;amp; only</title><published>2020-01-02T03:04:05Z</published>
      <updated>2021-01-01T00:00:00Z</updated><link rel="enclosure" type="audio/ogg" length="9" href="one.ogg"/><link href="one.html"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text &lt;b&gt; <em>x</em><br/>y</p></div></content></entry></feed>`);

  const [episode] = feed.episodes;
  assert.equal(feed.kind, "atom");
  assert.equal(feed.title, "Atom show");
  assert.equal(feed.author, "Jo");
  assert.equal(feed.language, "de");
  assert.equal(feed.linkUrl, "https://example.org/home");
  assert.equal(feed.imageUrl, "https://example.org/base/logo.png");
  assert.deepEqual(feed.categories, [{ name: "Arts", subcategories: [] }]);
  assert.equal(episode?.guid, "tag:example.com,2020:1");
  assert.equal(episode?.title, "One & only");
  assert.equal(episode?.mediaUrl, "https://example.org/base/one.ogg");
  assert.equal(episode?.linkUrl, "https://example.org/base/one.html");
  assert.equal(episode?.publishedAt?.toISOString(), "2020-01-02T03:04:05.000Z");
  assert.equal(episode?.descriptionHtml, "<p>Text &lt;b&gt; <em>x</em><br>y</p>");
});

test("readFeed() reads Atom under a prefix, and without its namespace", async () => {
  const entry = (p: string) =>
    `<${p}entry><${p}id>1</${p}id><${p}title>E</${p}title><${p}link rel="enclosure" href="https://e.com/a.mp3"/></${p}entry>`;

  const prefixed = await read(
    `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title>${entry("a:")}</a:feed>`,
  );
  const bare = await read(`<feed><title>T</title>${entry("")}</feed>`);

  for (const feed of [prefixed, bare]) {
    assert.equal(feed.kind, "atom");
    assert.equal(feed.title, "T");
    assert.deepEqual(
      feed.episodes.map(({ title, guid }) => [title, guid]),
      [["E", "1"]],
    );
  }
});

test("readFeed() reads RDF, whose items are beside the channel", async () => {
  const feed =
    await read(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>RDF show</title><dc:language>fr</dc:language></channel>
    <item rdf:about="y"><title>One</title><link>https://e.com/1</link><dc:date>2010-01-02</dc:date><dc:creator>Jo</dc:creator>${enclosure("1.mp3")}</item></rdf:RDF>`);

  assert.equal(feed.kind, "rdf");
  assert.equal(feed.title, "RDF show");
  assert.equal(feed.language, "fr");
  assert.deepEqual(
    feed.episodes.map(({ title, author }) => [title, author]),
    [["One", "Jo"]],
  );
});

test("readFeed() keeps all categories with all their subcategories", async () => {
  const { categories } =
    await readChannel(`<itunes:category text="Arts"><itunes:category text="Food"/><itunes:category text="Design"/></itunes:category>
    <itunes:category text="News &amp;amp; Politics"/><itunes:category text="Arts"><itunes:category text="Books"/></itunes:category><category>ignored</category>`);

  assert.deepEqual(categories, [
    { name: "Arts", subcategories: ["Food", "Design", "Books"] },
    { name: "News & Politics", subcategories: [] },
  ]);
});

test("readFeed() knows namespaces by their URI, in any case, under any prefix, and by prefix where none is declared", async () => {
  const inside = (p: string) => `<title>T</title>${item("1", `<${p}:duration>10</${p}:duration>`)}`;
  const attributes = [
    'xmlns:it="http://www.itunes.com/DTDs/Podcast-1.0.dtd"',
    'xmlns:it="https://www.itunes.com/dtds/podcast-1.0.dtd/"',
    "",
  ];

  for (const declaration of attributes) {
    const feed = await read(rss(inside(declaration === "" ? "itunes" : "it"), { attributes: declaration }));

    assert.equal(feed.episodes[0]?.durationSeconds, 10, declaration);
  }
});

test("readFeed() takes the duration of media:content, where itunes:duration has none", async () => {
  const seconds = async (xml: string) => {
    const body = rss(`<title>T</title><item><title>A</title><enclosure url="https://e.com/a.mp3"/>${xml}</item>`);
    return (await read(body)).episodes[0]?.durationSeconds;
  };
  const content = (url: string, duration: string) =>
    `<media:content url="https://e.com/${url}" duration="${duration}"/>`;

  assert.equal(await seconds(content("a.mp3", "1234")), 1234);
  assert.equal(await seconds(`<itunes:duration>unknown</itunes:duration>${content("a.mp3", "1234")}`), 1234);
  assert.equal(await seconds(`<itunes:duration>60</itunes:duration>${content("a.mp3", "1234")}`), 60);
  assert.equal(await seconds(`<media:group>${content("b.mp4", "30")}${content("a.mp3", "1234")}</media:group>`), 1234);
  assert.equal(await seconds(`${content("a.jpg", "5")}${content("b.mp4", "30")}`), 30);
  assert.equal(await seconds(content("a.jpg", "5")), undefined);
});

test("readFeed() names a feed without a title by its page's host, or its own", async () => {
  assert.equal((await readChannel("<link>https://show.example.com/</link>")).title, "show.example.com");
  assert.equal((await readChannel("<title> </title>")).title, "feeds.example.com");
});

test("readFeed() finds artwork wherever feeds have it, media:thumbnail last", async () => {
  const places = [
    '<itunes:image href="https://example.com/itunes.jpg"/>',
    "<image><url>https://example.com/image.jpg</url></image>",
    '<media:thumbnail url="https://example.com/thumbnail.jpg"/>',
  ];

  const feeds = await Promise.all(places.map((_, i) => readChannel(places.slice(i).reverse().join(""))));

  assert.deepEqual(
    feeds.map(({ imageUrl }) => imageUrl),
    ["itunes", "image", "thumbnail"].map((name) => `https://example.com/${name}.jpg`),
  );
});

test("readFeed() takes the name of an author without the email address", async () => {
  const authors = [
    ["<author>Jo Doe (jo@example.org)</author>", "Jo Doe"],
    ["<author>jo@example.org (Jo Doe)</author>", "Jo Doe"],
    ["<dc:creator>Jo Doe, jo@example.org</dc:creator>", "Jo Doe"],
    ["<itunes:author>Jo &lt;jo@example.org&gt;</itunes:author>", "Jo"],
    ["<itunes:author>jo@example.org?subject=Feed</itunes:author><author>Al</author>", "Al"],
    ["<author>jo@example.org</author>", undefined],
    ["<itunes:author>Radio @ Night</itunes:author>", "Radio @ Night"],
  ];

  for (const [xml = "", name] of authors) {
    assert.equal((await readItem(`${enclosure("a.mp3")}${xml}`)).author, name, xml);
  }
});

test("readFeed() plays the alternate enclosure of an item that has no other media", async () => {
  const alternate = (attributes: string, sources: string) =>
    `<podcast:alternateEnclosure ${attributes}>${sources}</podcast:alternateEnclosure>`;
  const source = (uri: string, more = "") => `<podcast:source uri="${uri}" ${more}/>`;
  const unplayable = source("ipfs://x") + source("https://e.com/a.torrent", 'contentType="application/x-bittorrent"');
  const video = alternate('type="video/mp4"', source("https://e.com/a.mp4"));
  const audio = alternate('type="audio/mpeg" default="true"', unplayable + source("https://e.com/a.mp3"));

  assert.equal((await readItem(video + audio)).mediaUrl, "https://e.com/a.mp3");
  assert.equal((await readItem(video)).mediaUrl, "https://e.com/a.mp4");
  assert.equal((await readItem(video + enclosure("b.mp3"))).mediaUrl, "https://media.example.com/b.mp3");
  const { skipped } = await read(rss(`<item>${alternate('type="audio/mpeg"', unplayable)}</item>`));
  assert.equal(skipped[0]?.reason, "no media URL");
});

test("readFeed() keeps UTF-8 and windows-1252 apart, sequence by sequence", async () => {
  // As bytes: "é" in UTF-8, and "ï", "é" and "à" in windows-1252.
  const items = ["Caf\xc3\xa9", "na\xefve, d\xe9j\xe0"].map((title, i) =>
    item(`${i}`).replace(/<title>.*<\/title>/, `<title>${title}</title>`),
  );

  for (const declaration of ['<?xml version="1.0" encoding="UTF-8"?>', ""]) {
    const { episodes } = await read(
      Buffer.from(`${declaration}<rss><channel>${items.join("")}</channel></rss>`, "latin1"),
    );

    assert.deepEqual(
      episodes.map(({ title }) => title),
      ["Café", "naïve, déjà"],
    );
  }
});

test("readFeed() loses no episode for its title", async () => {
  const notes = await readItem(
    `<guid>1</guid><description>&lt;p&gt;From the &lt;b&gt;notes&lt;/b&gt;&lt;/p&gt;</description>${enclosure("a.mp3")}`,
  );
  const file = await readItem(`<guid>1</guid><title/>${enclosure("My%20file.mp3")}`);

  assert.equal(notes.title, "From the notes");
  assert.equal(file.title, "My file.mp3");
});

test("readFeed() finds the media: audio before other files, then media:content, never images", async () => {
  const pdfFirst = await readItem(
    `<enclosure url="https://e.com/a.pdf" type="application/pdf"/><enclosure url="https://e.com/a.mp3"/>`,
  );
  const group = await readItem(
    `<media:group><media:content url="https://e.com/i.jpg" medium="image"/><media:content url="https://e.com/a.m4a" fileSize="5"/></media:group>`,
  );
  const feed = await read(
    rss(
      `<item><enclosure url="https://e.com/i.jpg" type="image/jpeg"/><title>Picture</title><guid>p</guid></item><item/>`,
    ),
  );

  assert.equal(pdfFirst.mediaUrl, "https://e.com/a.mp3");
  assert.equal(group.mediaUrl, "https://e.com/a.m4a");
  assert.equal(group.mediaBytes, 5);
  assert.deepEqual(feed.skipped, [
    { position: 0, guid: "p", title: "Picture", reason: "no media URL" },
    { position: 1, guid: undefined, title: undefined, reason: "no media URL" },
  ]);
});

test("readFeed() takes chapters from the notes, where the item has none of its own", async () => {
  const notes = "<description>&lt;p&gt;0:00 Departure&lt;br&gt;12:34 Semmering&lt;/p&gt;</description>";
  const own = `<p:chapters xmlns:p="http://podlove.org/simple-chapters"><p:chapter start="9" title="Nine"/></p:chapters>`;

  const items = await Promise.all([
    readItem(`${enclosure("a.mp3")}${notes}`),
    readItem(`${enclosure("a.mp3")}${notes}${own}`),
  ]);

  assert.deepEqual(
    items.map(({ chapters }) => chapters.map(({ startSeconds }) => startSeconds)),
    [[0, 754], [9]],
  );
});

test("readFeed() reads Podlove chapters in order", async () => {
  const { chapters } =
    await readItem(`${enclosure("a.mp3")}<p:chapters xmlns:p="http://podlove.org/simple-chapters" version="1.2">
    <p:chapter start="00:01:02.5" title="Two" href="https://e.com/2"/><p:chapter start="0" title="One"/><p:chapter start="x" title="No"/></p:chapters>`);

  assert.deepEqual(chapters, [
    { startSeconds: 0, title: "One" },
    { startSeconds: 62.5, title: "Two", linkUrl: "https://e.com/2" },
  ]);
});

test("readFeed() takes HTML that was not escaped for notes", async () => {
  const episode = await readItem(
    `<description><p>One<br>two <b>bold</b></p> &amp; <ul><li>x</ul></description>${enclosure("a.mp3")}<guid>g</guid>`,
  );

  assert.equal(episode.guid, "g");
  assert.equal(episode.descriptionHtml, "<p>One<br>two <strong>bold</strong></p><p>&amp;</p><ul><li>x</li></ul>");
});

test("fetch 66: readFeed() goes by the bytes, not by the Content-Type", async () => {
  const feed = await read(rss(item("1")), { contentType: "text/html; charset=utf-8" });

  assert.equal(feed.episodes.length, 1);
  await assert.rejects(read("<html><body>Log in</body></html>", { contentType: "application/rss+xml" }), {
    name: "FeedError",
    kind: "not-a-feed",
  });
});

test("fetch 67: readFeed() reads other charsets", async () => {
  const xml =
    '<?xml version="1.0" encoding="windows-1251"?><rss><channel><title>\xcf\xf0\xe8\xe2\xe5\xf2</title></channel></rss>';

  assert.equal((await read(Buffer.from(xml, "latin1"))).title, "Привет");
  assert.equal((await read(Buffer.from(`\ufeff${rss("<title>Ünï</title>")}`, "utf16le"))).title, "Ünï");
});

test("fetch 68: readFeed() refuses a body that is empty", async () => {
  for (const body of ["", " \r\n\t"]) {
    await assert.rejects(read(body), { name: "FeedError", kind: "empty", message: "Cannot read feed: it is empty" });
  }
});

test("fetch 16: readFeed() refuses a feed that is cut short at whatever byte", async () => {
  const xml = rss(`<title>T</title>${item("1")}${item("2", "<description><![CDATA[<p>x</p>]]></description>")}`).trim();
  const end = xml.indexOf("</channel>") + "</channel>".length;

  for (let length = xml.indexOf("<rss") + 200; length < end; length++) {
    await assert.rejects(read(xml.slice(0, length)), { name: "FeedError" }, xml.slice(length - 20, length));
  }
  assert.equal((await read(xml.slice(0, end))).episodes.length, 2);
});

test("readFeed() inflates a body that is stored compressed", async () => {
  const xml = rss(`<title>Packed</title>${item("1")}`);

  assert.equal((await read(gzipSync(xml))).title, "Packed");
  await assert.rejects(read(gzipSync(xml).subarray(0, 100)), { kind: "truncated" });
  await assert.rejects(read(Buffer.from([0x1f, 0x8b, 1, 2, 3])), { kind: "not-a-feed" });
  await assert.rejects(read(gzipSync(Buffer.alloc(17 * 1_048_576))), { kind: "too-large" });
});

test("readFeed() passes over junk before and after the feed", async () => {
  const feed = await read(
    `zzz<br />\n<b>Warning</b>: x() in <b>/a.php</b><br />${rss(`<title>T</title>${item("1")}`)}<!-- x -->junk</p><rss><channel><title>Other</title></channel></rss>`,
  );

  assert.equal(feed.title, "T");
  assert.equal(feed.episodes.length, 1);
});

test("readFeed() stops when its signal is aborted", async () => {
  const { readFeed } = await import("../../shared/feed/read-feed.ts");
  const body = Buffer.from(rss(Array.from({ length: 20_000 }, (_, i) => item(`${i}`)).join("")));

  const reading = readFeed({
    body,
    contentType: undefined,
    url: FEED_URL,
    signal: AbortSignal.abort(new Error("enough")),
  });

  await assert.rejects(reading, { message: "enough" });
});
