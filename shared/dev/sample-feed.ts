import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

export type FeedOrigin = {
  /** Also answers a directory's search. */
  url: string;
  /** Returns a new feed URL at each call. */
  newFeedUrl(): string;
  close(): Promise<void>;
};

// More than one page.
const NUM_EPISODES = 60;

// A response of the iTunes Search API.
const SEARCH = JSON.stringify({
  resultCount: 1,
  results: [
    {
      kind: "podcast",
      collectionId: 1,
      collectionName: "A Sample",
      artistName: "A. Host",
      feedUrl: "https://show.example.com/feed.xml",
      artworkUrl600: "https://show.example.com/600.jpg",
    },
  ],
});

/** Serves an invented feed, compressed, on a free port of 127.0.0.1. Each request gets a changed feed. */
export async function startFeedOrigin(): Promise<FeedOrigin> {
  let numRequests = 0;
  let numUrls = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/search?")) {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(SEARCH);
      return;
    }
    numRequests += 1;
    response.writeHead(200, {
      "content-type": "application/rss+xml",
      "content-encoding": "gzip",
      etag: `"${numRequests}"`,
    });
    response.end(gzipSync(sampleFeed(numRequests)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot serve a feed");
  return {
    url: `http://127.0.0.1:${address.port}`,
    newFeedUrl: () => `http://127.0.0.1:${address.port}/${++numUrls}.xml`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function sampleFeed(edition: number): string {
  const items = Array.from({ length: NUM_EPISODES }, (_, i) => sampleItem(i + 1, edition));
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>The Sample Show &amp; Friends</title><link>https://show.example.com/</link><language>en-us</language>
<description>What a podcast is like, edition ${edition}</description><copyright>Nobody</copyright>
<itunes:author>A. Host</itunes:author><itunes:owner><itunes:name>A. Host</itunes:name><itunes:email>host@example.com</itunes:email></itunes:owner>
<itunes:image href="https://show.example.com/art.png"/><itunes:explicit>no</itunes:explicit><itunes:type>episodic</itunes:type>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>
<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid><podcast:locked>yes</podcast:locked><podcast:funding url="https://show.example.com/give">Give</podcast:funding>
<podcast:person role="host" href="https://host.example.com/">A. Host</podcast:person>
${items.join("\n")}
</channel></rss>`;
}

function sampleItem(number: number, edition: number): string {
  const publishedAt = new Date(Date.UTC(2020, 0, 1) + number * 86_400_000).toUTCString();
  return `<item><guid isPermaLink="false">episode-${number}</guid><title>Episode ${number}: what's new</title><pubDate>${publishedAt}</pubDate>
<link>https://show.example.com/${number}</link><enclosure url="https://media.example.com/${number}.mp3" length="1000" type="audio/mpeg"/>
<itunes:duration>1:02:${String(number % 60).padStart(2, "0")}</itunes:duration><itunes:episode>${number}</itunes:episode><itunes:season>1</itunes:season>
<description>In short, edition ${edition}</description>
<content:encoded><![CDATA[<p>With <a href="https://guest.example.com/?a=1&amp;b=2">a guest</a> &mdash; <b>live</b><script>alert(1)</script></p>
<ul><li>00:00 Hello</li><li>12:30 <em>The middle</em></li><li>59:59 Bye</li></ul><img src="https://show.example.com/${number}.png" onerror="x()">]]></content:encoded>
<podcast:season name="One">1</podcast:season><podcast:transcript url="https://show.example.com/${number}.vtt" type="text/vtt"/><podcast:chapters url="https://show.example.com/${number}.json" type="application/json+chapters"/></item>`;
}
