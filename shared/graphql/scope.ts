import type { Context } from "../context.ts";
import type { Edge, PageRequest } from "../db/cursor.ts";
import type { AccountEpisode, AccountPodcast, Podcast } from "../db/schema.ts";
import type { Segment } from "../feed/files/segments.ts";
import { countNewEpisodes } from "../listening/count-new-episodes.ts";
import { findAccountEpisodes } from "../listening/find-account-episodes.ts";
import { findAccountPodcasts } from "../listening/find-account-podcasts.ts";
import { findSyncPoint, type SyncPoint } from "../listening/find-sync-point.ts";
import {
  type FileChapters,
  findFileChapters,
  findSegments,
  findTranscripts,
  type SegmentRange,
  type StoredTranscript,
} from "../podcasts/files/find-episode-files.ts";
import { findPasswordHosts } from "../podcasts/find-password-hosts.ts";
import { findPodcastFeeds, findPodcasts, type PodcastFeed } from "../podcasts/find-podcasts.ts";
import { findTakedowns, type Takedown } from "../podcasts/find-takedowns.ts";
import {
  type EpisodeParts,
  type EpisodeRow,
  findEpisodes,
  listEpisodesByPodcast,
} from "../podcasts/list-episodes-by-podcast.ts";
import { createBatch, ROWS_MAX } from "./batch.ts";
import { createTurns, type Turns } from "./turns.ts";

/** What the resolvers of one query share. Concurrent lookups become one statement. */
export type Scope = Lookups & {
  ctx: Context;
  /** Turns for work on rows that were looked up. */
  turns: Turns;
  /** Each item of a list takes a turn of its own. */
  isVeryLarge: boolean;
  /** Which parts of episodes the query requests anywhere. */
  parts: EpisodeParts;
  /** Drops what was looked up, before a mutation. */
  renew(): void;
};

type Lookups = {
  findPodcast(id: number): Promise<Podcast | undefined>;
  findPodcastFeed(podcastId: number): Promise<PodcastFeed | undefined>;
  /** Host that needs the user name and password of a podcast's feed; undefined if none does. */
  findPasswordHost(podcastId: number): Promise<string | undefined>;
  findEpisode(id: number): Promise<EpisodeRow | undefined>;
  /** Chapters from the file that the episode links to. */
  findFileChapters(episodeId: number): Promise<FileChapters | undefined>;
  findTranscript(episodeId: number): Promise<StoredTranscript | undefined>;
  listSegments(episodeId: number, range: SegmentRange): Promise<Segment[]>;
  /** Up to `first` + 1: one too many means there are more. */
  listEpisodes(podcastId: number, page: PageRequest): Promise<Edge<EpisodeRow>[]>;
  // Of the caller's account; undefined without one.
  findAccountPodcast(podcastId: number): Promise<AccountPodcast | undefined>;
  findTakedown(podcastId: number): Promise<Takedown | undefined>;
  findAccountEpisode(episodeId: number): Promise<AccountEpisode | undefined>;
  countNewEpisodes(podcastId: number): Promise<number | undefined>;
  /** One value for the whole query, read before any of the account's lists. */
  findSyncPoint(): Promise<SyncPoint | undefined>;
};

/** Opens the scope of one query. */
export function openScope(ctx: Context, { isVeryLarge, ...parts }: EpisodeParts & { isVeryLarge: boolean }): Scope {
  const turns = createTurns();
  const scope: Scope = {
    ctx,
    turns,
    isVeryLarge,
    parts,
    ...openLookups(ctx, { turns, parts }),
    renew: () => Object.assign(scope, openLookups(ctx, { turns, parts })),
  };
  return scope;
}

function openLookups(ctx: Context, { turns, parts }: Pick<Scope, "turns" | "parts">): Lookups {
  const accountId = ctx.caller.account?.id;
  const pages = new Map<string, ReturnType<typeof createBatch<Edge<EpisodeRow>[]>>>();
  const segments = new Map<string, ReturnType<typeof createBatch<Segment[]>>>();
  let syncPoint: Promise<SyncPoint | undefined> | undefined;

  function pageBatch(page: PageRequest) {
    const key = JSON.stringify([page.first, page.after]);
    const batch =
      pages.get(key) ??
      createBatch({ turns, idsMax: Math.ceil(ROWS_MAX / (page.first + 1)) }, (podcastIds) =>
        listEpisodesByPodcast(ctx.db, { ...page, podcastIds, accountId, parts }),
      );
    pages.set(key, batch);
    return batch;
  }

  function segmentBatch(range: SegmentRange) {
    const key = JSON.stringify([range.first, range.after]);
    const batch =
      segments.get(key) ??
      createBatch({ turns, idsMax: Math.ceil(ROWS_MAX / range.first) }, (ids) =>
        findSegments(ctx.db, { ...range, ids, accountId }),
      );
    segments.set(key, batch);
    return batch;
  }

  /** Creates a lookup of rows that the account holds. */
  function ownBatch<T>(load: (asked: { accountId: number; ids: number[] }) => Promise<ReadonlyMap<number, T>>) {
    return createBatch({ turns }, async (ids) =>
      accountId === undefined ? new Map<number, T>() : load({ accountId, ids }),
    );
  }

  return {
    findPodcast: createBatch({ turns }, (ids) => findPodcasts(ctx.db, { ids, accountId })),
    findPodcastFeed: createBatch({ turns }, (ids) => findPodcastFeeds(ctx.db, { ids, accountId })),
    findPasswordHost: createBatch({ turns }, (ids) => findPasswordHosts(ctx.db, { podcastIds: ids, accountId })),
    findEpisode: createBatch({ turns }, (ids) => findEpisodes(ctx.db, { ids, accountId, parts })),
    findFileChapters: createBatch({ turns }, (ids) => findFileChapters(ctx.db, { ids, accountId })),
    findTranscript: createBatch({ turns }, (ids) => findTranscripts(ctx.db, { ids, accountId })),
    listSegments: async (episodeId, range) => (await segmentBatch(range)(episodeId)) ?? [],
    listEpisodes: async (podcastId, page) => (await pageBatch(page)(podcastId)) ?? [],
    findAccountPodcast: ownBatch(({ ids, ...own }) => findAccountPodcasts(ctx.db, { ...own, podcastIds: ids })),
    findTakedown: ownBatch(({ ids, ...own }) => findTakedowns(ctx.db, { ...own, podcastIds: ids })),
    findAccountEpisode: ownBatch(({ ids, ...own }) => findAccountEpisodes(ctx.db, { ...own, episodeIds: ids })),
    countNewEpisodes: ownBatch(({ ids, ...own }) => countNewEpisodes(ctx.db, { ...own, podcastIds: ids })),
    async findSyncPoint() {
      if (accountId === undefined) return undefined;
      syncPoint ??= findSyncPoint(ctx.db, accountId);
      return syncPoint;
    },
  };
}
