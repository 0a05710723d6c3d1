import type { Feed, FeedEpisode } from "../../shared/feed/model.ts";
import { readFeed } from "../../shared/feed/read-feed.ts";

export const FEED_URL = "https://feeds.example.com/shows/one.xml";

const NAMESPACES = [
  'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
  'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
  'xmlns:media="http://search.yahoo.com/mrss/"',
  'xmlns:podcast="https://podcastindex.org/namespace/1.0"',
  'xmlns:atom="http://www.w3.org/2005/Atom"',
  'xmlns:psc="http://podlove.org/simple-chapters"',
].join(" ");

export function rss(channel: string, { doctype = "", attributes = NAMESPACES } = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${doctype}<rss version="2.0" ${attributes}><channel>${channel}</channel></rss>`;
}

/** An item that is good: guid, title and media URL. `inside` is more of it. */
export function item(guid: string, inside = ""): string {
  return `<item><guid>${guid}</guid><title>Title ${guid}</title>${enclosure(`${guid}.mp3`)}${inside}</item>`;
}

export function enclosure(path: string): string {
  return `<enclosure url="https://media.example.com/${path}" type="audio/mpeg" length="1000"/>`;
}

export function read(
  xml: string | Buffer,
  { contentType, url = FEED_URL }: { contentType?: string; url?: string } = {},
): Promise<Feed> {
  return readFeed({ body: Buffer.from(xml), contentType, url });
}

export async function readItem(inside: string): Promise<FeedEpisode> {
  const feed = await read(rss(`<title>Show</title><item>${inside}</item>`));
  const [episode] = feed.episodes;
  if (episode === undefined) throw new Error(`No episode: ${JSON.stringify(feed.skipped)}`);
  return episode;
}

export async function readChannel(inside: string): Promise<Feed> {
  return await read(rss(inside));
}
