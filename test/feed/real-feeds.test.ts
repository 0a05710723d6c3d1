import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FeedError } from "../../shared/feed/feed-error.ts";
import { type Feed, type FeedEpisode, LIMITS } from "../../shared/feed/model.ts";
import { read } from "./feed-xml.ts";

const FEEDS = new URL("../../../shared/feeds/", import.meta.url);
const skip = existsSync(FEEDS) ? false : "needs the collection of feeds beside the project";

type Line = { file: string; kind: string; numItems: number };

test("readFeed() reads the real podcasts", { skip }, async () => {
  for (const { file, kind, numItems } of index("podcasts/")) {
    const feed = await read(readFileSync(new URL(file, FEEDS)));

    assert.equal(feed.kind, kind, file);
    // One sample is made of categories only.
    if (!file.includes("complex-genre")) assert.notEqual(feed.title, "feeds.example.com", file);
    assert.equal(feed.episodes.length + feed.numSkipped, numItems, file);
    // One file has no enclosures, which is what it is there for; one real feed has them in a tenth of its items.
    if (numItems > 0 && !file.includes("no_podcasts")) assert.ok(feed.episodes.length >= numItems / 10, file);
    assertWithinLimits(feed, file);
  }
});

test("readFeed() throws nothing but FeedError on feeds that are broken, in other charsets or no podcasts", {
  skip,
}, async () => {
  const failed: string[] = [];
  for (const { file, kind, numItems } of ["namespace/", "malformed/", "encodings/", "atom-rdf/"].flatMap(index)) {
    try {
      const feed = await read(readFileSync(new URL(file, FEEDS)));
      if (!file.includes("gzipped"))
        assert.deepEqual([feed.kind, feed.episodes.length + feed.numSkipped], [kind, numItems], file);
      assertWithinLimits(feed, file);
    } catch (error) {
      assert.ok(error instanceof FeedError, `${file}: ${error}`);
      failed.push(`${file.split("/")[1]} ${error.kind}`);
    }
  }

  assert.deepEqual(failed.sort(), [
    "alexangas_ampersandinsideofcdatacontent.xml truncated",
    "alexangas_ampersandoutofcdatacontent.xml truncated",
    "alexangas_prechannelgarbage.xml truncated",
    "alexangas_toolongcontent2.xml truncated",
    "argl_empty.xml empty",
    "argl_html-response.xml not-a-feed",
    "argl_no-feed.xml not-a-feed",
  ]);
});

test("readFeed() reads the charsets of real feeds without a replacement character", { skip }, async () => {
  for (const { file } of index("encodings/").filter(({ file }) => file.includes("chardet"))) {
    const feed = await read(readFileSync(new URL(file, FEEDS)));

    assert.doesNotMatch(feed.title, /\ufffd/, file);
  }
});

function assertWithinLimits(feed: Feed, file: string): void {
  const { episodes, skipped, namespace, ...channel } = feed;
  assert.ok(skipped.length <= LIMITS.skipped && episodes.length <= LIMITS.episodes);
  assertTexts(
    channel,
    {
      title: LIMITS.title,
      description: LIMITS.channelDescription,
      author: LIMITS.shortText,
      ownerName: LIMITS.shortText,
      language: LIMITS.language,
      copyright: LIMITS.shortText,
      linkUrl: LIMITS.url,
      imageUrl: LIMITS.url,
      newFeedUrl: LIMITS.url,
      podcastGuid: 36,
      medium: LIMITS.shortText,
    },
    file,
  );
  for (const episode of episodes) assertEpisode(episode, `${file} item ${episode.position}`);
  assert.equal(new Set(episodes.map(({ guidSha256 }) => guidSha256.toString("hex"))).size, episodes.length, file);
}

function assertEpisode(episode: FeedEpisode, where: string): void {
  assertTexts(
    episode,
    {
      guid: LIMITS.guid,
      title: LIMITS.title,
      descriptionSource: LIMITS.notes,
      descriptionHtml: LIMITS.notesHtml,
      author: LIMITS.shortText,
      linkUrl: LIMITS.url,
      imageUrl: LIMITS.url,
      mediaUrl: LIMITS.url,
      mediaType: LIMITS.mediaType,
      seasonName: LIMITS.shortText,
      episodeDisplay: LIMITS.shortText,
    },
    where,
  );
  assert.ok(episode.guid !== "" && episode.title !== "" && episode.guidSha256.length === 32, where);
  assert.match(episode.mediaUrl, /^https?:\/\/[^/]/, where);
  assert.ok(episode.publishedAt === undefined || !Number.isNaN(episode.publishedAt.getTime()), where);
  assert.ok(episode.chapters.length <= LIMITS.chapters, where);
  for (const number of [episode.mediaBytes, episode.durationSeconds, episode.season, episode.episodeNumber]) {
    assert.ok(number === undefined || (number >= 0 && Number.isFinite(number)), where);
  }
  for (const entries of Object.values(episode.namespace)) {
    if (Array.isArray(entries)) assert.ok(entries.length <= LIMITS.listEntries, where);
  }
}

function assertTexts(holder: Record<string, unknown>, limits: Record<string, number>, where: string): void {
  for (const [name, limit] of Object.entries(limits)) {
    const text = holder[name];
    if (text === undefined) continue;
    assert.ok(typeof text === "string" && text !== "" && text.length <= limit, `${where}: ${name}`);
    assert.ok(text.isWellFormed() && text === text.trim(), `${where}: ${name}`);
    assert.doesNotMatch(text, /(?!\n|\t)\p{Cc}/u, `${where}: ${name}`);
  }
}

function index(folder: string): Line[] {
  const [, ...lines] = readFileSync(new URL("INDEX.tsv", FEEDS), "utf8").trim().split("\n");
  return lines
    .map((line) => line.split("\t"))
    .filter(([file]) => file?.startsWith(folder) && !file.endsWith(".json"))
    .map(([file = "", , , , , , kind = "", numItems]) => ({ file, kind, numItems: Number(numItems) }));
}
