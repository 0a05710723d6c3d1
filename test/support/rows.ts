import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../shared/db/pool.ts";
import {
  account,
  type Episode,
  episode,
  type Podcast,
  podcast,
  podcastCrawl,
  podcastFeedLocation,
} from "../../shared/db/schema.ts";
import type { ChannelNamespace, EpisodeNamespace } from "../../shared/feed/model.ts";
import type { FoundPodcast } from "../../shared/podcasts/find-podcast.ts";

// The rows that tests begin with: made only (podcastRow, episodeRow), or inserted too.

const NO_CHANNEL: ChannelNamespace = {
  funding: [],
  persons: [],
  values: [],
  trailers: [],
  liveItems: [],
  podroll: [],
  txts: [],
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

/** A podcast's row as a plain feed makes it. */
export function podcastRow(values: Partial<FoundPodcast> = {}): FoundPodcast {
  const row: Podcast = {
    id: 1,
    title: "Night Trains",
    description: "Sleeping cars, and those who ride in them.",
    author: "Ada Example",
    ownerName: null,
    language: "en-gb",
    copyright: null,
    linkUrl: "https://example.com/",
    imageUrl: "https://example.com/art.jpg",
    categories: [{ name: "Society & Culture", subcategories: ["Places & Travel"] }],
    isExplicit: false,
    itunesType: null,
    isComplete: false,
    isBlocked: false,
    isPrivate: false,
    privateReason: null,
    takenDownAt: null,
    takenDownReason: null,
    mergedAt: null,
    newFeedUrl: null,
    podcastGuid: null,
    isLocked: null,
    medium: null,
    namespace: NO_CHANNEL,
    extras: null,
    feedKind: "rss",
    createdAt: new Date("2018-03-01T00:00:00Z"),
    updatedAt: new Date("2018-03-01T00:00:00Z"),
  };
  const crawl = {
    checkedAt: new Date("2026-03-01T08:00:00Z"),
    nextCheckAt: new Date("2026-03-01T09:10:00Z"),
    ...{ isDue: false, trouble: null },
  };
  const shown = { feedUrl: "https://example.com/feed.xml", quarantinedSince: null, olderEpisodes: "none" } as const;
  return { ...row, ...shown, crawl, ...values };
}

/** An episode's row as a plain feed makes it. */
export function episodeRow(values: Partial<Episode> = {}): Episode {
  return {
    id: 7,
    podcastId: 1,
    guid: "episode-7",
    guidSha256: Buffer.alloc(32),
    title: "Vienna to Venice",
    publishedAt: new Date("2018-03-25T18:30:00Z"),
    announcedFor: null,
    absentSince: null,
    descriptionSource: "<p>Over the Semmering</p>",
    descriptionHtml: '<p>Over the <a href="https://example.com/semmering">Semmering</a> &amp; through the night.</p>',
    author: null,
    linkUrl: "https://example.com/7",
    imageUrl: null,
    mediaUrl: "https://media.example.com/7.mp3",
    mediaType: "audio/mpeg",
    mediaBytes: 43_210_000,
    durationSeconds: 3_725,
    isExplicit: null,
    isBlocked: false,
    season: null,
    seasonName: null,
    episodeNumber: null,
    episodeDisplay: null,
    episodeType: null,
    chapters: [],
    namespace: NO_EPISODE,
    extras: null,
    itemSha256: Buffer.alloc(32),
    createdAt: new Date("2018-03-25T19:00:00Z"),
    updatedAt: new Date("2018-03-25T19:00:00Z"),
    ...values,
  };
}

/** Inserts a podcast with its feed at `https://feeds.example.com/ID`, and returns its id. */
export async function insertPodcast(db: Database, { lastSucceededAt, ...values }: PodcastValues = {}): Promise<number> {
  const [row] = await db.once
    .insert(podcast)
    .values({ title: "A show", feedKind: "rss", ...values, namespace: { ...NO_CHANNEL, ...values.namespace } })
    .returning({ id: podcast.id });
  if (row === undefined) throw new Error("Nothing was inserted");
  const feedUrl = `https://feeds.example.com/${row.id}`;
  await db.once.insert(podcastFeedLocation).values({ podcastId: row.id, feedUrl, isCurrent: true });
  await db.once
    .insert(podcastCrawl)
    .values({ podcastId: row.id, host: "feeds.example.com", dueAt: new Date(), lastSucceededAt });
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

/**
 * Inserts podcasts at feed URLs, due now and never crawled, and returns their ids in the same order. They count as
 * feeds of `host`, or each as one of a host of its own, so that tests about other things do not wait a second for each.
 */
export async function insertDuePodcasts(
  db: Database,
  feedUrls: readonly string[],
  { host }: { host?: string } = {},
): Promise<number[]> {
  const rows = await db.once.execute<{ podcast_id: string }>(sql`
    with feed as (
      select url, position from jsonb_array_elements_text(${JSON.stringify(feedUrls)}::jsonb) with ordinality as f(url, position)
    ), inserted as (
      insert into podcast (title, namespace, feed_kind) select url, ${JSON.stringify(NO_CHANNEL)}::jsonb, 'rss' from feed order by position returning id, title
    ), location as (
      insert into podcast_feed_location (podcast_id, feed_url, is_current) select id, title, true from inserted
    )
    insert into podcast_crawl (podcast_id, host, due_at)
    select id, coalesce(${host ?? null}::text, id || '.example.com'), podcore_now() from inserted order by id returning podcast_id`);
  return rows.map((row) => Number(row.podcast_id));
}

/** Lets each host be asked at once, as if a second had passed since its last request. */
export async function passHostSlots(db: Database): Promise<void> {
  await db.once.execute(sql`
    update crawl_host set next_slot_at = podcore_now(), ready_at = least(ready_at, podcore_now())`);
}

/** Inserts an ephemeral account, or with `email` a permanent one, and returns its id. */
export async function insertAccount(db: Database, { email }: { email?: string } = {}): Promise<number> {
  const passwordHash = email === undefined ? undefined : "not a hash";
  const [row] = await db.once.insert(account).values({ email, passwordHash }).returning({ id: account.id });
  if (row === undefined) throw new Error("Nothing was inserted");
  return row.id;
}
