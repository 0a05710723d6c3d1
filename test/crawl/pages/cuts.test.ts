import assert from "node:assert/strict";
import test, { after } from "node:test";
import { eq, sql } from "drizzle-orm";
import { JOBS } from "../../../functions/jobs.ts";
import { requestEpisodeFiles } from "../../../shared/crawl/files/request-files.ts";
import { episode, job, podcastPages } from "../../../shared/db/schema.ts";
import * as jobWorker from "../../../shared/jobs/job-worker.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../../support/context.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { fetch } from "../../support/loopback.ts";
import { passHostSlots } from "../../support/rows.ts";
import { createFiles, VTT } from "../files/files.ts";

const files = await createFiles();
const { ctx, script, origin, databaseUrl } = files;
const { hostname, port } = new URL(databaseUrl);
const proxy = await startFaultProxy({ host: hostname, port: Number(port) });
after(proxy.close);
const proxied = Object.assign(new URL(databaseUrl), { hostname: "127.0.0.1", port: String(proxy.port) });
const cut = createContext({ databaseUrl: proxied.href, fetch });

/** Runs due jobs over connections of which one is cut after so many bytes, and then to their end. */
async function workThroughCut(numBytes: number): Promise<void> {
  const timer = setInterval(() => void passHostSlots(ctx.db).catch(() => {}), 100);
  try {
    await passHostSlots(ctx.db);
    proxy.cutAfter(numBytes);
    await jobWorker.run(cut, { budgetMs: 30_000, jobs: JOBS }).catch(() => {});
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    // As if the leases of the worker that was cut off had run out.
    await ctx.db.once.update(job).set({ leaseExpiresAt: null, dueAt: sql`podcore_now()` });
    await jobWorker.run(ctx, { budgetMs: 30_000, jobs: JOBS });
  } finally {
    clearInterval(timer);
  }
}

const item = (number: number) => `<item><guid>guid-${number}</guid><title>Episode ${number}</title>
<pubDate>${new Date(Date.UTC(2020, 0, number)).toUTCString()}</pubDate><enclosure url="https://media.example.com/${number}.mp3"/></item>`;
const page = (path: string, number: number, next?: string) =>
  `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Show ${path}</title>
${next === undefined ? "" : `<atom:link rel="next" href="${next}"/>`}${item(number)}${item(number - 1)}</channel></rss>`;

// The server's replies to these jobs are some thousands of bytes.
for (const numBytes of [0, 300, 900, 1_500, 2_200, 3_000, 4_000, 5_500]) {
  test(`pages and files are stored once, if a connection is cut after ${numBytes} bytes`, async () => {
    const path = `/cut-${numBytes}`;
    script[path] = page(path, 6, `${path}-2`);
    script[`${path}-2`] = page(path, 4, `${path}-3`);
    script[`${path}-3`] = page(path, 2);
    script[`${path}.vtt`] = VTT;
    const { podcastId } = await podcastAdder.run(ctx, { url: origin.url + path });
    const { episodeId } = await files.insert({ transcripts: [`${path}.vtt`] });
    await requestEpisodeFiles(ctx.db, { episodeId });

    await workThroughCut(numBytes);

    const episodes = await ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId));
    const [pages] = await ctx.db.once.select().from(podcastPages).where(eq(podcastPages.podcastId, podcastId));
    assert.deepEqual(
      episodes.map(({ guid }) => guid).sort(),
      [1, 2, 3, 4, 5, 6].map((number) => `guid-${number}`),
    );
    assert.deepEqual([pages?.numPages, pages?.nextUrl, pages?.requestedAt], [2, null, null]);
    assert.ok(await files.transcriptOf(episodeId));
    assert.equal((await files.fileOf(episodeId, "transcript"))?.requestedAt, null);
    assert.deepEqual(await files.jobs(), []);
  });
}
