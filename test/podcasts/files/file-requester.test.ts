import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { NOBODY } from "../../../shared/context.ts";
import { claimPodcast } from "../../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../../shared/crawl/podcast-updater.ts";
import { job, podcast, rateLimit } from "../../../shared/db/schema.ts";
import * as subscriptionUpdater from "../../../shared/listening/subscription-updater.ts";
import * as fileRequester from "../../../shared/podcasts/files/file-requester.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import { createFiles } from "../../crawl/files/files.ts";
import { insertAccount } from "../../support/rows.ts";

const files = await createFiles();
const { ctx, script, origin } = files;

beforeEach(async () => {
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(rateLimit);
});

const NAMESPACE = `xmlns:podcast="https://podcastindex.org/namespace/1.0"`;

/** A feed whose episodes link to transcripts. */
function feedOf(guids: readonly string[]): string {
  const items = guids.map(
    (guid, i) => `<item><guid>${guid}</guid><title>Episode ${guid}</title>
<pubDate>${new Date(Date.UTC(2020, 0, guids.length - i)).toUTCString()}</pubDate>
<enclosure url="https://media.example.com/${guid}.mp3"/>
<podcast:transcript url="${origin.url}/${guid}.vtt" type="text/vtt"/></item>`,
  );
  return `<rss version="2.0" ${NAMESPACE}><channel><title>A Show</title>${items.join("")}</channel></rss>`;
}

const guids = (num: number, from = 0) => Array.from({ length: num }, (_, i) => `g${from + num - 1 - i}`);

async function crawl(podcastId: number): Promise<void> {
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await podcastUpdater.run(ctx, { claim });
}

async function numJobs(): Promise<number> {
  return (await files.jobs()).length;
}

test("a crawl requests the files of new episodes, of podcasts that somebody follows alone", async () => {
  script["/feed"] = feedOf(guids(15));
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed` });
  script["/feed"] = feedOf(guids(16));
  await crawl(podcastId);
  const numUnfollowed = await numJobs();
  await files.follow(podcastId);

  script["/feed"] = feedOf(guids(17));
  await crawl(podcastId);
  const numFollowed = await numJobs();
  script["/feed"] = feedOf(guids(18));
  await crawl(podcastId);

  // The ten newest, and then the one that is new.
  assert.deepEqual([numUnfollowed, numFollowed, await numJobs()], [0, 10, 11]);
});

test("a subscription requests the files of the newest episodes", async () => {
  const accountId = await insertAccount(ctx.db, { email: "ada@example.com" });
  const { podcastId } = await files.insert({ chapters: "/1.json", transcripts: ["/1.vtt"] });

  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });

  assert.equal(await numJobs(), 2);
});

test("open() requests an episode's files for a visitor, once", async () => {
  const { episodeId } = await files.insert({ chapters: "/1.json", transcripts: ["/1.vtt"] });

  await fileRequester.open(ctx, { episodeId });
  await fileRequester.open(ctx, { episodeId });

  assert.equal(await numJobs(), 2);
});

test("open() requests nothing, and counts nothing, for an episode without files", async () => {
  const { episodeId } = await files.insert({});

  await fileRequester.open(ctx, { episodeId });

  assert.equal(await numJobs(), 0);
  assert.deepEqual(await ctx.db.once.select().from(rateLimit), []);
});

test("open() lets no network make podcore fetch the files of all episodes, nor all networks together", async () => {
  const episodeIds: number[] = [];
  const { podcastId } = await files.insert({});
  for (let i = 0; i < 400; i += 1)
    episodeIds.push((await files.insert({ podcastId, transcripts: [`/${i}.vtt`] })).episodeId);
  const from = (address: string) => ctx.with({ caller: { ...NOBODY, address } });
  const open = async (asked: typeof ctx, ids: number[]) => {
    for (const episodeId of ids) await fileRequester.open(asked, { episodeId });
  };

  await open(from("192.0.2.1"), episodeIds.slice(0, 30));
  const numOfOne = await numJobs();
  for (let i = 0; i < 37; i += 1) await open(from(`198.51.${i}.1`), episodeIds.slice(30 + 10 * i, 40 + 10 * i));

  assert.deepEqual([numOfOne, await numJobs()], [20, 300]);
});

test("open() counts a signed-in account by itself", async () => {
  const id = await insertAccount(ctx.db, { email: "bo@example.com" });
  const { podcastId } = await files.insert({});
  const own = ctx.with({ caller: { ...NOBODY, account: { id, email: "bo@example.com" } } });
  await ctx.db.once.execute(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at)
    values ('episode-files-visitors', 'all', 1000, podcore_now() + interval '1 hour')`);

  for (let i = 0; i < 70; i += 1) {
    const { episodeId } = await files.insert({ podcastId, transcripts: [`/${i}.vtt`] });
    await fileRequester.open(own, { episodeId });
  }

  assert.equal(await numJobs(), 60);
});

test("open() does not fail, if the database cannot write", async () => {
  const { episodeId } = await files.insert({ transcripts: ["/1.vtt"] });
  await ctx.db.once.execute(sql`alter table rate_limit rename to away`);

  await fileRequester
    .open(ctx, { episodeId })
    .finally(() => ctx.db.once.execute(sql`alter table away rename to rate_limit`));

  assert.equal(await numJobs(), 0);
  assert.match(files.lines.join(""), /Cannot request files/);
});
