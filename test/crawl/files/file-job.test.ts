import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import { requestEpisodeFiles } from "../../../shared/crawl/files/request-files.ts";
import { crawlHost, job, podcast, podcastCrawl } from "../../../shared/db/schema.ts";
import * as podcastBlocker from "../../../shared/podcasts/podcast-blocker.ts";
import { CHAPTERS, createFiles, VTT } from "./files.ts";

const files = await createFiles();
const { ctx, script, origin } = files;

beforeEach(async () => {
  origin.requests.splice(0);
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(crawlHost);
});

test("fileJob stores an episode's chapters and transcript", async () => {
  script["/1.json"] = { headers: { etag: '"c"', "content-type": "application/json+chapters" }, body: CHAPTERS };
  script["/1.vtt"] = { headers: { "last-modified": "Sun, 25 Mar 2018 10:00:00 GMT" }, body: VTT };
  const { episodeId } = await files.insert({ chapters: "/1.json", transcripts: ["/1.vtt"] });

  const numRequested = await requestEpisodeFiles(ctx.db, { episodeId });
  const result = await files.work();

  assert.deepEqual([numRequested, result.numDone], [2, 2]);
  const chapters = await files.fileOf(episodeId, "chapters");
  assert.deepEqual(chapters?.chapters, [{ startSeconds: 0, title: "Departure" }]);
  assert.deepEqual([chapters?.url, chapters?.etag, chapters?.requestedAt], [`${origin.url}/1.json`, '"c"', null]);
  assert.deepEqual(await files.transcriptOf(episodeId), {
    episodeId,
    language: null,
    type: "text/vtt",
    segments: [
      { startSeconds: 1, endSeconds: 4, speaker: "Ada", text: "Good evening, and welcome to the night train" },
    ],
    text: "Good evening, and welcome to the night train",
  });
});

test("requestEpisodeFiles() enqueues one job for each file, however often it is asked", async () => {
  const { episodeId } = await files.insert({ chapters: "/1.json", transcripts: ["/1.vtt"] });

  await Promise.all(Array.from({ length: 10 }, () => requestEpisodeFiles(ctx.db, { episodeId })));

  assert.equal((await files.jobs()).length, 2);
});

test("requestEpisodeFiles() asks again with validators, once a month has passed or the item has changed", async () => {
  script["/2.vtt"] = { headers: { etag: '"v"' }, body: VTT };
  const { episodeId } = await files.insert({ transcripts: ["/2.vtt"] });
  await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();
  await files.age(episodeId, "2 days");
  const numSoon = await requestEpisodeFiles(ctx.db, { episodeId });
  script["/2.vtt"] = { status: 304 };

  await ctx.db.once.execute(sql`update episode set item_sha256 = sha256('changed') where id = ${episodeId}::bigint`);
  const numChanged = await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();
  await files.age(episodeId, "31 days");
  const numOld = await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();

  assert.deepEqual([numSoon, numChanged, numOld], [0, 1, 1]);
  assert.deepEqual(
    origin.requests.map(({ headers }) => headers["if-none-match"]),
    [undefined, '"v"', '"v"'],
  );
  assert.equal((await files.fileOf(episodeId, "transcript"))?.numFailures, 0);
  assert.ok(await files.transcriptOf(episodeId));
});

test("requestEpisodeFiles() asks at another URL soon, and without the old one's validators", async () => {
  script["/3.vtt"] = { headers: { etag: '"v"' }, body: VTT };
  script["/3b.vtt"] = VTT.replace("evening", "morning");
  const { episodeId } = await files.insert({ transcripts: ["/3.vtt"] });
  await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();
  await files.setNamespace(episodeId, { transcripts: [{ url: `${origin.url}/3b.vtt` }] });

  const numAtOnce = await requestEpisodeFiles(ctx.db, { episodeId });
  await files.age(episodeId, "1 hour");
  const numLater = await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();

  assert.deepEqual([numAtOnce, numLater], [0, 1]);
  assert.equal(origin.requests.at(-1)?.headers["if-none-match"], undefined);
  assert.match((await files.transcriptOf(episodeId))?.text ?? "", /^Good morning/);
});

test("fileJob takes the next best transcript, if the best one is missing or damaged", async () => {
  script["/4.srt"] = "1\n00:00:01,000 --> 00:00:02,000\nFrom the second file";
  script["/4.vtt"] = { status: 404 };
  const { episodeId } = await files.insert({ transcripts: ["/4.srt", "/4.vtt"] });

  await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();

  assert.deepEqual(
    origin.requests.map(({ path }) => path),
    ["/4.vtt", "/4.srt"],
  );
  assert.equal((await files.transcriptOf(episodeId))?.text, "From the second file");
});

test("fileJob records what cannot be read with the file, backs off, and keeps what it had", async () => {
  script["/5.json"] = CHAPTERS;
  const { episodeId, podcastId } = await files.insert({ chapters: "/5.json" });
  await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();
  script["/5.json"] = "<html>";
  await files.age(episodeId, "31 days");
  await requestEpisodeFiles(ctx.db, { episodeId });

  const result = await files.work();

  const file = await files.fileOf(episodeId, "chapters");
  const [crawl] = await ctx.db.once.select().from(podcastCrawl).where(eq(podcastCrawl.podcastId, podcastId));
  assert.equal(result.numDone, 1);
  assert.deepEqual([file?.numFailures, file?.lastError], [1, "The file has no chapters that can be read"]);
  assert.equal(file?.chapters?.length, 1);
  assert.deepEqual([crawl?.numFailures, crawl?.lastError], [0, null]);
  assert.equal(await requestEpisodeFiles(ctx.db, { episodeId }), 0);
  await files.age(episodeId, "25 hours");
  assert.equal(await requestEpisodeFiles(ctx.db, { episodeId }), 1);
});

test("fileJob is retried while the host fails, and gives up after a day without being parked", async () => {
  script["/6.vtt"] = { status: 500 };
  const { episodeId } = await files.insert({ transcripts: ["/6.vtt"] });
  await requestEpisodeFiles(ctx.db, { episodeId });

  const first = await files.work();
  const [retried] = await files.jobs();
  await files.age(episodeId, "25 hours");
  await ctx.db.once.update(job).set({ dueAt: sql`podcore_now()` });
  const second = await files.work();

  assert.deepEqual([first.numFailed, second.numDone, second.numParked], [1, 1, 0]);
  assert.equal(retried?.lastError, "The file's host responded with status: 500");
  const file = await files.fileOf(episodeId, "transcript");
  assert.deepEqual([file?.numFailures, file?.requestedAt], [1, null]);
});

test("fileJob pauses a host that refuses, also for its feeds, and waits for one that pauses", async () => {
  script["/7.vtt"] = { status: 429, headers: { "retry-after": "600" } };
  script["/7.json"] = CHAPTERS;
  const refused = await files.insert({ transcripts: ["/7.vtt"] });
  const waiting = await files.insert({ chapters: "/7.json" });
  await requestEpisodeFiles(ctx.db, refused);
  await files.work();

  await requestEpisodeFiles(ctx.db, waiting);
  const { numFailed } = await files.work();

  const [host] = await ctx.db.once.select().from(crawlHost).where(sql`${crawlHost.pausedUntil} > podcore_now()`);
  assert.equal(host?.host, "127.0.0.1");
  assert.equal(numFailed, 1);
  assert.deepEqual(
    origin.requests.map(({ path }) => path),
    ["/7.vtt"],
  );
});

test("fileJob reads no more than its limit, and nothing of a private network", async () => {
  script["/8.vtt"] = `${VTT}${" ".repeat(5_000_000)}`;
  const { episodeId } = await files.insert({ transcripts: ["/8.vtt"] });
  await files.setNamespace(episodeId, {
    chapters: { url: "http://10.0.0.1/chapters.json" },
    transcripts: [{ url: `${origin.url}/8.vtt` }],
  });
  await requestEpisodeFiles(ctx.db, { episodeId });

  await files.work();

  assert.match((await files.fileOf(episodeId, "transcript"))?.lastError ?? "", /over 4194304 bytes/);
  assert.match((await files.fileOf(episodeId, "chapters"))?.lastError ?? "", /not on the public internet/);
});

test("fileJob sends the password of a private feed to its own origin alone, and shows no path of it", async () => {
  script["/9.vtt"] = { status: 404 };
  script["/9.json"] = CHAPTERS;
  const { episodeId, podcastId } = await files.insert({ chapters: "/9.json", transcripts: ["/9.vtt"] });
  await ctx.db.once.update(podcast).set({ isPrivate: true }).where(eq(podcast.id, podcastId));
  await files.setFeedUrl(podcastId, `${origin.url.replace("//", "//ada:secret@")}/feed`);
  await files.setNamespace(episodeId, {
    chapters: { url: `${origin.url}/9.json` },
    transcripts: [{ url: `http://localhost:${origin.port}/9.vtt` }, { url: `http://127.0.0.1:1/secret-path.vtt` }],
  });
  files.lines.splice(0);
  await requestEpisodeFiles(ctx.db, { episodeId });

  await files.work();
  await files.age(episodeId, "25 hours");
  await ctx.db.once.update(job).set({ dueAt: sql`podcore_now()` });
  await files.work();

  const sent = new Map(origin.requests.map(({ path, headers }) => [path, headers.authorization]));
  assert.equal(sent.get("/9.json"), `Basic ${Buffer.from("ada:secret").toString("base64")}`);
  assert.equal(sent.get("/9.vtt"), undefined);
  assert.equal((await files.fileOf(episodeId, "chapters"))?.url, `${origin.url}/9.json`);
  const file = await files.fileOf(episodeId, "transcript");
  assert.ok(file?.lastError);
  assert.doesNotMatch(`${file.lastError}${files.lines.join("")}`, /secret/);
});

test("fileJob stores nothing of a podcast that was taken down, and a takedown deletes what there is", async () => {
  script["/10.vtt"] = VTT;
  script["/10.json"] = CHAPTERS;
  const { episodeId, podcastId } = await files.insert({ chapters: "/10.json", transcripts: ["/10.vtt"] });
  await requestEpisodeFiles(ctx.db, { episodeId });
  await files.work();
  const before = await files.transcriptOf(episodeId);

  await podcastBlocker.block(ctx, { which: { podcastId }, reason: "Asked for by its author" });

  assert.ok(before);
  assert.equal(await files.transcriptOf(episodeId), undefined);
  assert.equal(await files.fileOf(episodeId, "chapters"), undefined);
  origin.requests.splice(0);
  await ctx.db.once.execute(sql`
    insert into job (name, args) values ('episode_file', ${JSON.stringify({ episodeId, kind: "transcript" })}::jsonb)`);
  assert.equal((await files.work()).numDone, 1);
  assert.equal(origin.requests.length, 0);
});

test("a file that is stored while its podcast is taken down leaves nothing", async () => {
  let takeDown = async () => {};
  script["/11.vtt"] = (_request, response) => void takeDown().then(() => response.end(VTT));
  const { episodeId, podcastId } = await files.insert({ transcripts: ["/11.vtt"] });
  takeDown = async () => void (await podcastBlocker.block(ctx, { which: { podcastId }, reason: "Asked for" }));
  await requestEpisodeFiles(ctx.db, { episodeId });

  const { numDone } = await files.work();

  assert.equal(numDone, 1);
  assert.equal(await files.transcriptOf(episodeId), undefined);
});
