import { after } from "node:test";
import { asc, eq } from "drizzle-orm";
import { claimPodcast } from "../../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../../shared/crawl/podcast-updater.ts";
import { episode } from "../../../shared/db/schema.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../../support/context.ts";
import { fetch } from "../../support/loopback.ts";
import { type Reply, startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";

type Text = string | undefined;
export type Item = {
  title?: Text;
  guid?: Text;
  date?: Text;
  url?: Text;
  duration?: number | undefined;
  bytes?: number;
  extra?: string;
};

/** Writes a feed of these items and nothing that they do not have. */
export function feedOf(items: readonly Item[], { channel = "" } = {}): string {
  return `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>A Show</title>${channel}
${items.map(itemXml).join("\n")}
</channel></rss>`;
}

function itemXml({
  title,
  guid,
  date,
  url = `https://media.example.com/${title}.mp3`,
  duration,
  bytes = 1_000,
  extra,
}: Item): string {
  const element = (name: string, value: string | number | undefined) =>
    value === undefined ? "" : `<${name}>${value}</${name}>`;
  return `<item>${element("title", title)}${element("guid", guid)}${element("pubDate", date)}${element("itunes:duration", duration)}
<enclosure url="${url.replaceAll("&", "&amp;")}" type="audio/mpeg" length="${bytes}"/>${extra ?? ""}</item>`;
}

/** A database and an origin, with feeds that can be added and crawled again in another state. */
export async function createCrawls() {
  const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
  const script: Record<string, Reply> = {};
  const origin = await startOrigin(script);
  after(origin.close);
  let numFeeds = 0;

  return {
    ctx,

    /** Adds a feed. Returns the podcast's id, and what crawls it once the feed has become another. */
    async add(body: string) {
      const path = `/feed-${numFeeds++}`;
      script[path] = body;
      const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
      async function crawl(next: string): Promise<podcastUpdater.UpdateResult> {
        script[path] = next;
        const claim = await claimPodcast(ctx.db, { podcastId });
        if (claim === undefined) throw new Error("Cannot claim the podcast");
        return podcastUpdater.run(ctx, { claim });
      }
      return { podcastId, crawl };
    },

    /** The podcast's episodes, in the order that they were stored in. */
    episodesOf: (podcastId: number) =>
      ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId)).orderBy(asc(episode.id)),
  };
}
