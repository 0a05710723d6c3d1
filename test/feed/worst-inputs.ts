import { rss } from "./feed-xml.ts";

export type WorstInput = { name: string; make: () => string | Buffer };

const MIB = 1_048_576;
const MAX_BYTES = 16 * MIB;

/** Feeds of up to 16 MiB that held the event loop longest, or would if a limit were missing. */
export const WORST_INPUTS: WorstInput[] = [
  { name: "a managingEditor of 1 MB of @", make: () => rss(`<managingEditor>${"@".repeat(1e6)}</managingEditor>`) },
  { name: "authors of 60 KB of a@", make: () => items(`<author>${"a@".repeat(30_000)}</author>`) },
  { name: "enclosures at hosts of 3 900 CJK characters", make: () => items(enclosures(1_900, cjk(3_900))) },
  { name: "enclosures at hosts of 600 CJK characters", make: () => items(enclosures(1_900, cjk(600))) },
  { name: "enclosures at four labels of 59 CJK characters", make: () => items(enclosures(1_900, labels())) },
  {
    name: "persons with pictures at four labels of 59 CJK characters",
    make: () => channel(`<podcast:person img="http://${labels()}/">A</podcast:person>`, 1_990),
  },
  {
    name: "20 groups of 20 media and 20 thumbnails with paths of 3 900 CJK characters",
    make: () => items(`<media:group>${groupedAt(`ftp://e.com/${cjk(3_900)}`)}</media:group>`.repeat(20)),
  },
  {
    name: "notes with ten addresses of 1 900 CJK characters",
    make: () => items(`<description>${`http://${cjk(1_900)}/ `.repeat(10)}</description>`),
  },
  { name: "500 podcast:txt of 10 600 <p>", make: () => channel(cdata("podcast:txt", "<p>".repeat(10_600)), 500) },
  { name: "500 podcast:txt of 4 500 <b></b>", make: () => channel(cdata("podcast:txt", "<b></b>".repeat(4_500)), 500) },
  { name: "1 990 itunes:title of 1 330 <p>", make: () => channel(cdata("itunes:title", "<p>".repeat(1_330)), 1_990) },
  {
    name: "1 990 psc:chapter with titles of 1 300 <b>",
    make: () =>
      items(
        `<psc:chapters>${`<psc:chapter start="1" title="${"&lt;b>".repeat(1_300)}"/>`.repeat(1_990)}</psc:chapters>`,
      ),
  },
  {
    name: "20 podcast:value of 99 recipients with markup in five attributes",
    make: () =>
      channel(`<podcast:value type="a" method="b">${recipient("&lt;p>".repeat(266)).repeat(99)}</podcast:value>`, 20),
  },
  {
    name: "2 000 categories of 20 subcategories with markup",
    make: () =>
      channel(
        `<itunes:category text="a">${`<itunes:category text="${"&lt;p>".repeat(266)}"/>`.repeat(20)}</itunes:category>`,
        90,
      ),
  },
  { name: "16 MiB of spaces", make: () => Buffer.alloc(MAX_BYTES, 0x20) },
  { name: "15 MiB of 0xE9", make: () => latin1(Buffer.alloc(15 * MIB, 0xe9)) },
  { name: "15 MiB of UTF-8 with one wrong byte", make: () => latin1(Buffer.from(`é`.repeat(7.5 * MIB)), 0xe9) },
  { name: "enclosure URLs of 790 &amp;amp;", make: () => items(enclosures(1_900, `e.com/${"&amp;amp;".repeat(790)}`)) },
  { name: "200 000 empty items", make: () => rss("<item/>".repeat(200_000)) },
  { name: "30 000 items with guid and media", make: () => rss(each(30_000, (i) => shortItem(i))) },
  {
    name: "a CDATA section of 15 MiB of <p>x</p>",
    make: () => items(cdata("description", "<p>x</p>".repeat(1.9 * MIB))),
  },
  {
    name: "items of 4 000 tags in notes",
    make: () => items(cdata("description", "<b><i>x</i></b>".repeat(1_000))),
  },
  {
    name: "items of 63 000 ) after an address",
    make: () => items(`<description>http://e.com/${")".repeat(63_000)}</description>`),
  },
  {
    name: "notes of 64 000 combining marks",
    make: () => items(`<description>a${"\u0301".repeat(31_000)}</description>`),
  },
  { name: "15 MiB of unterminated comment", make: () => `<rss><channel><!--${"-".repeat(15 * MIB)}` },
  { name: "links at hosts of 3 900 CJK characters", make: () => items(links(1_900, cjk(3_900))) },
  { name: "links at four labels of 59 CJK characters", make: () => items(links(1_900, labels())) },
  {
    name: "sets of pictures at hosts of 3 900 CJK characters",
    make: () => items(`<podcast:images srcset="${`http://${cjk(3_900)}/ 1w, `.repeat(5)}"/>`.repeat(60)),
  },
  {
    name: "alternates with ten sources at four labels of 59 CJK characters",
    make: () => items(alternates(100, `<podcast:source uri="http://${labels()}/"/>`.repeat(10))),
  },
  { name: "an open CDATA section before 15 MiB of <b>", make: () => openCdata(15 * MIB) },
  {
    name: "a CDATA section of 1.9 million </item>",
    make: () => items(cdata("description", "</item>".repeat(1.9 * MIB))),
  },
  { name: "items that end in open comments", make: () => rss("<item><!--</item>".repeat(200_000)) },
  {
    name: "titles of 4 000 characters of <b>",
    make: () => items(`<title>${"&lt;b>".repeat(1_330)}</title>`.repeat(20)),
  },
  { name: "dates of 400 characters in Hindi", make: () => items(`<pubDate>${"मई ".repeat(130)}</pubDate>`.repeat(20)) },
  { name: "a JSON Feed of 400 000 items without media", make: () => `{"items":[${'{"a":[]},'.repeat(400_000)}` },
  { name: "a JSON Feed with an item of 15 MiB", make: () => `{"items":[{"a":"${'\\"'.repeat(5 * MIB)}"}]}` },
  { name: "a JSON Feed with items of 1 MB", make: () => jsonFeed(`"${"x".repeat(1e6)}"`, 15) },
  { name: "a JSON Feed with items of 300 000 numbers", make: () => jsonFeed(`[${"1,".repeat(300_000)}1]`, 20) },
  { name: "chapters in notes of 64 KB, one a line", make: () => items(`<description>${timestamps()}</description>`) },
];

// Each item has turns of its own, so that more of them take longer, but block no longer.
const NUM_ITEMS = 5;

/** Items with these children. */
function items(inside: string): string {
  const item = `<item><guid>1</guid><title>T</title>${inside}<enclosure url="http://e.com/1.mp3"/></item>`;
  return rss(item.repeat(Math.min(NUM_ITEMS, Math.floor((MAX_BYTES - 2_000) / Buffer.byteLength(item)))));
}

function channel(element: string, count: number): string {
  return rss(element.repeat(Math.min(count, Math.floor((MAX_BYTES - 2_000) / Buffer.byteLength(element)))));
}

function shortItem(i: number): string {
  return `<item><guid>${i}</guid><enclosure url="http://e.com/${i}"/></item>`;
}

function enclosures(count: number, address: string): string {
  // Of 1 MiB at most, so that there are some such items.
  const numFitting = Math.min(count, Math.floor(MIB / Buffer.byteLength(address)));
  return `<enclosure url="http://${address}/a"/>`.repeat(numFitting);
}

function groupedAt(url: string): string {
  return ["content", "thumbnail"].map((name) => `<media:${name} url="${url}"/>`.repeat(20)).join("");
}

function links(count: number, host: string): string {
  const numFitting = Math.min(count, Math.floor(MIB / Buffer.byteLength(host)));
  return `<link>http://${host}/a</link><atom:link href="http://${host}/a"/>`.repeat(numFitting / 2);
}

function alternates(count: number, sources: string): string {
  return `<podcast:alternateEnclosure>${sources}</podcast:alternateEnclosure>`.repeat(count);
}

function openCdata(length: number): string {
  return rss(`<item><title><![CDATA[</item>${"<b>".repeat(length / 3)}`);
}

function jsonFeed(value: string, count: number): string {
  const item = `{"id":"1","other":${value},"attachments":[{"url":"http://e.com/1.mp3"}]}`;
  return `{"version":"https://jsonfeed.org/version/1.1","items":[${Array(count).fill(item)}]}`;
}

function recipient(markup: string): string {
  return `<podcast:valueRecipient name="${markup}" type="a${markup}" address="a${markup}" customKey="${markup}" customValue="${markup}" split="1"/>`;
}

function cdata(name: string, text: string): string {
  return `<${name}><![CDATA[${text}]]></${name}>`;
}

function labels(): string {
  return Array.from({ length: 4 }, (_, i) => cjk(59, i * 1_000)).join(".");
}

function cjk(length: number, first = 0): string {
  return each(length, (i) => String.fromCharCode(0x4e00 + ((first + i * 37) % 20_000)));
}

function timestamps(): string {
  return each(4_000, (i) => `${Math.floor(i / 60)}:${String(i % 60).padStart(2, "0")} Chapter\n`);
}

/** A feed with these bytes in its title, which are not valid UTF-8. */
function latin1(...bytes: (Buffer | number)[]): Buffer {
  const parts = bytes.map((part) => (typeof part === "number" ? Buffer.of(part) : part));
  return Buffer.concat([Buffer.from("<rss><channel><title>"), ...parts, Buffer.from("</title></channel></rss>")]);
}

function each(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join("");
}
