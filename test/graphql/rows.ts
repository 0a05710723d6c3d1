import { createHash } from "node:crypto";
import type { Database } from "../../shared/db/pool.ts";
import { episode, podcast, podcastCrawl, podcastFeedLocation } from "../../shared/db/schema.ts";
import type { ChannelNamespace, EpisodeNamespace } from "../../shared/feed/model.ts";

const NO_CHANNEL: ChannelNamespace = {
  ...{ funding: [], persons: [], values: [], trailers: [], liveItems: [], podroll: [], txts: [] },
};
const NO_EPISODE: EpisodeNamespace = { persons: [], transcripts: [], soundbites: [], values: [], txts: [] };

type PodcastValues = Partial<Omit<typeof podcast.$inferInsert, "namespace">> & {
  namespace?: Partial<ChannelNamespace>;
  lastSucceededAt?: Date;
};
type EpisodeValues = Partial<Omit<typeof episode.$inferInsert, "namespace">> & {
  podcastId: number;
  namespace?: Partial<EpisodeNamespace>;
};

/** Inserts a podcast with its feed at `https://feeds.example.com/ID`, and returns its id. */
export async function insertPodcast(db: Database, { lastSucceededAt, ...values }: PodcastValues = {}): Promise<number> {
  const [row] = await db.once
    .insert(podcast)
    .values({ title: "A show", feedKind: "rss", ...values, namespace: { ...NO_CHANNEL, ...values.namespace } })
    .returning({ id: podcast.id });
  if (row === undefined) throw new Error("Nothing was inserted");
  const feedUrl = `https://feeds.example.com/${row.id}`;
  await db.once.insert(podcastFeedLocation).values({ podcastId: row.id, feedUrl, isCurrent: true });
  await db.once.insert(podcastCrawl).values({ podcastId: row.id, dueAt: new Date(), lastSucceededAt });
  return row.id;
}

export async function insertEpisode(db: Database, values: EpisodeValues): Promise<number> {
  const guid = values.guid ?? crypto.randomUUID();
  const [row] = await db.once
    .insert(episode)
    .values({
      ...{ title: "An episode", publishedAt: new Date("2018-04-21T09:30:00Z"), mediaUrl: "https://example.com/1.mp3" },
      ...{ guid, guidSha256: createHash("sha256").update(guid).digest(), itemSha256: Buffer.alloc(32) },
      ...values,
      namespace: { ...NO_EPISODE, ...values.namespace },
    })
    .returning({ id: episode.id });
  if (row === undefined) throw new Error("Nothing was inserted");
  return row.id;
}

/** Inserts `count` episodes "Episode 1", "Episode 2", ..., each a day newer than the one before. */
export async function insertEpisodes(db: Database, { podcastId, count }: { podcastId: number; count: number }) {
  for (let i = 1; i <= count; i += 1) {
    await insertEpisode(db, { podcastId, title: `Episode ${i}`, publishedAt: new Date(Date.UTC(2020, 0, i)) });
  }
}
