import { after } from "node:test";
import { and, eq, sql } from "drizzle-orm";
import { JOBS } from "../../../functions/jobs.ts";
import { episode, episodeFile, job, podcastFeedLocation, transcript } from "../../../shared/db/schema.ts";
import type { EpisodeNamespace } from "../../../shared/feed/model.ts";
import * as jobWorker from "../../../shared/jobs/job-worker.ts";
import { createContext } from "../../support/context.ts";
import { fetch } from "../../support/loopback.ts";
import { type Reply, startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast, passHostSlots } from "../../support/rows.ts";

export const VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ada>Good evening, and welcome to the night train\n";
export const CHAPTERS = JSON.stringify({ version: "1.2.0", chapters: [{ startTime: 0, title: "Departure" }] });

/** A database and an origin with the files of episodes. */
export async function createFiles() {
  const lines: string[] = [];
  const databaseUrl = await createDatabase();
  const ctx = createContext({ databaseUrl, fetch, writeLog: (line) => lines.push(line) });
  const script: Record<string, Reply> = {};
  const origin = await startOrigin(script);
  after(origin.close);

  return {
    ctx,
    databaseUrl,
    script,
    origin,
    lines,

    /** Inserts an episode that links to chapters and transcripts of the origin. */
    async insert(paths: { chapters?: string; transcripts?: string[]; podcastId?: number; publishedAt?: Date }) {
      const podcastId = paths.podcastId ?? (await insertPodcast(ctx.db, { language: "en" }));
      const namespace: Partial<EpisodeNamespace> = {
        ...(paths.chapters && { chapters: { url: origin.url + paths.chapters } }),
        transcripts: (paths.transcripts ?? []).map((path) => ({ url: origin.url + path })),
      };
      const { publishedAt = new Date() } = paths;
      return { podcastId, episodeId: await insertEpisode(ctx.db, { podcastId, namespace, publishedAt }) };
    },

    async follow(podcastId: number): Promise<void> {
      const accountId = await insertAccount(ctx.db);
      await ctx.db.once.execute(sql`
        insert into account_podcast (account_id, podcast_id, subscribed_at, sequence)
        values (${accountId}::bigint, ${podcastId}::bigint, podcore_now(), 1)`);
    },

    /** Runs all jobs that are due, without waiting for the host's turns. */
    async work(): Promise<jobWorker.WorkResult> {
      await passHostSlots(ctx.db);
      return jobWorker.run(ctx, { budgetMs: 60_000, jobs: JOBS });
    },

    jobs: () => ctx.db.once.select().from(job),

    async fileOf(episodeId: number, kind: "chapters" | "transcript") {
      const [row] = await ctx.db.once
        .select()
        .from(episodeFile)
        .where(and(eq(episodeFile.episodeId, episodeId), eq(episodeFile.kind, kind)));
      return row;
    },

    async transcriptOf(episodeId: number) {
      const [row] = await ctx.db.once.select().from(transcript).where(eq(transcript.episodeId, episodeId));
      return row;
    },

    /** Lets time pass for a file: since its last check, its request, and its back-off. */
    async age(episodeId: number, interval: string): Promise<void> {
      await ctx.db.once.execute(sql`
        update episode_file set checked_at = checked_at - ${interval}::interval, retry_at = retry_at - ${interval}::interval,
          requested_at = requested_at - ${interval}::interval, kept_until = kept_until - ${interval}::interval
        where episode_id = ${episodeId}::bigint`);
    },

    setNamespace: (episodeId: number, namespace: object) =>
      ctx.db.once
        .update(episode)
        .set({ namespace: namespace as EpisodeNamespace })
        .where(eq(episode.id, episodeId)),

    setFeedUrl: (podcastId: number, feedUrl: string) =>
      ctx.db.once.update(podcastFeedLocation).set({ feedUrl }).where(eq(podcastFeedLocation.podcastId, podcastId)),
  };
}
