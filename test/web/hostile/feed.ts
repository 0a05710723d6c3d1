import type { HostileNote } from "./notes.ts";

// How feeds write show notes, and in which element; each reaches the sanitiser in its own way.
const WRITINGS: ((html: string) => string)[] = [
  (html) => `<content:encoded>${cdata(html)}</content:encoded>`,
  (html) => `<description>${escaped(html)}</description>`,
  (html) => `<itunes:summary>${cdata(html)}</itunes:summary>`,
  (html) => `<description>${escaped(escaped(html))}</description>`,
  (html) => `<description>x</description><content:encoded>${numeric(html)}</content:encoded>`,
];

/** Writes a feed whose items differ in their notes only: each note in all writings, those in a place in one of them. */
export function notesFeed(notes: readonly HostileNote[]): { xml: string; numItems: number } {
  const items = notes.flatMap(({ name, html, place }, index) =>
    WRITINGS.flatMap((write, number) =>
      place === undefined || index % WRITINGS.length === number
        ? [item({ guid: `${name}, writing ${number}`, title: "Note", inside: write(html) })]
        : [],
    ),
  );
  return { xml: rss("<title>Notes</title>", items), numItems: items.length };
}

// Texts in the lists of one item: its page stays of a size that a real one may have.
const TEXTS_PER_ITEM = 40;

/** Writes a feed that has the texts wherever a feed has a text or an address: in channel, items, chapters, people and links. */
export function showFeed(texts: readonly string[]): string {
  const at = (index: number) => escaped(texts[index % texts.length] ?? "");
  const channel = `<title>${at(0)}</title><description>${escaped(texts.slice(0, 60).join("\n"))}</description>
<itunes:author>${at(1)}</itunes:author><language>${at(2)}</language><link>${at(3)}</link><itunes:image href="${picture(at(4))}"/>
<copyright>${at(5)}</copyright><itunes:owner><itunes:name>${at(6)}</itunes:name></itunes:owner>
<podcast:medium>${at(0)}</podcast:medium><itunes:explicit>true</itunes:explicit>
${texts
  .slice(0, TEXTS_PER_ITEM)
  .map(
    (text) => `<itunes:category text="${escaped(text)}"><itunes:category text="${escaped(text)}"/></itunes:category>`,
  )
  .join("\n")}
${texts.slice(0, TEXTS_PER_ITEM).map(people).join("\n")}`;
  const items = Array.from({ length: Math.ceil(texts.length / TEXTS_PER_ITEM) }, (_, chunk) => {
    const start = chunk * TEXTS_PER_ITEM;
    const some = texts.slice(start, start + TEXTS_PER_ITEM);
    const inside = `<itunes:author>${at(start + 1)}</itunes:author><podcast:season name="${at(start + 2)}">1</podcast:season>
<podcast:episode display="${at(start + 3)}">1</podcast:episode><link>${at(start + 4)}</link><itunes:image href="${picture(at(start + 5))}"/>
<description>${at(start + 6)}</description><psc:chapters>${some.map(chapter).join("\n")}</psc:chapters>
<podcast:chapters url="${at(start + 7)}" type="${at(start + 8)}"/>${some.map(people).join("\n")}${some.map(transcript).join("\n")}`;
    return item({ guid: `${at(start)} ${chunk}`, title: texts[start] ?? "", inside, end: texts[start + 9] ?? "" });
  });
  return rss(channel, items);
}

function people(text: string): string {
  const value = escaped(text);
  return `<podcast:person role="${value}" href="${value}" img="${picture(value)}">${value}</podcast:person>
<podcast:funding url="${value}">${value}</podcast:funding><podcast:funding url="http://example.com/${value}">${value}</podcast:funding>`;
}

function chapter(text: string, index: number): string {
  return `<psc:chapter start="${index + 1}" title="${escaped(text)}" href="${escaped(text)}" image="${picture(escaped(text))}"/>
<psc:chapter start="${index + 1}.5" title="${escaped(text)}" href="http://example.com/${escaped(text)}"/>`;
}

function transcript(text: string): string {
  const value = escaped(text);
  return `<podcast:transcript url="${value}" type="${value}" language="${value}"/>
<podcast:transcript url="http://example.com/${value}" type="text/plain" language="${value}"/>`;
}

/** Pictures are asked for by design, so that they are kept at the feed's host unless their scheme is not the web's. */
function picture(address: string): string {
  return /^\W*(?!http)\w+:/i.test(address) ? address : `pictures/${address}`;
}

/** `end` is added to the media URL. */
function item({
  guid,
  title,
  inside,
  end = "",
}: {
  guid: string;
  title: string;
  inside: string;
  end?: string;
}): string {
  return `<item><guid isPermaLink="false">${guid}</guid><title>${escaped(title)}</title><pubDate>Sun, 25 Mar 2018 10:00:00 GMT</pubDate>
<enclosure url="https://media.example.com/1.mp3${escaped(end)}" length="1000" type="audio/mpeg"/>${inside}</item>`;
}

function rss(channel: string, items: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:psc="http://podlove.org/simple-chapters"><channel>
${channel}
${items.join("\n")}
</channel></rss>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}

function numeric(text: string): string {
  return text.replace(/[^a-z0-9 ]/giu, (character) => `&#${character.codePointAt(0)};`);
}
