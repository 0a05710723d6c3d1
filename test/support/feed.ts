type Item = { guid: string; title?: string; mediaUrl?: string; extra?: string };

/** Writes a small RSS feed: what tests about crawling need of one. */
export function rss(options: { title?: string; items?: Item[]; extra?: string } = {}): string {
  const { title = "A Show", items = [{ guid: "1" }], extra = "" } = options;
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
<title>${title}</title><link>https://show.example.com/</link><description>About it</description>${extra}
${items.map(item).join("\n")}
</channel></rss>`;
}

function item({ guid, title = `Episode ${guid}`, mediaUrl, extra = "" }: Item): string {
  return `<item><guid>${guid}</guid><title>${title}</title><pubDate>Sun, 25 Mar 2018 10:00:00 GMT</pubDate>
<enclosure url="${mediaUrl ?? `https://media.example.com/${encodeURIComponent(guid)}.mp3`}" length="1000" type="audio/mpeg"/>${extra}</item>`;
}
