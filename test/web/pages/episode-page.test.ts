import assert from "node:assert/strict";
import { test } from "node:test";
import type { Episode } from "../../../shared/db/schema.ts";
import { episodePage } from "../../../shared/web/pages/episode-page.ts";
import { episodeRow, podcastRow } from "../../support/rows.ts";
import { allPages } from "../pages.ts";

function mainOf(values: Partial<Episode>): string {
  return episodePage({ podcast: podcastRow(), episode: episodeRow(values), own: undefined }).main.toString();
}

test("episodePage() shows what the feed tells of an episode", () => {
  const body = allPages().get("episode")?.body.toString() ?? "";

  for (const part of [
    '<h1 lang="en-gb">Vienna to Venice</h1>',
    '<a href="/podcasts/1-night-trains">Night Trains</a>',
    "25 Mar 2018",
    "1 h 02 min",
    "Season\u00A02",
    "Episode\u00A03.5",
    "Bonus",
    "Explicit",
    '<img src="https://example.com/7.jpg"',
    '<source src="https://media.example.com/7.mp3" type="audio/mpeg">',
    '<a class="button" href="https://media.example.com/7.mp3">Audio file (43.2 MB)</a>',
    '<a href="https://example.com/semmering">Semmering</a> &amp; through the night.</p>',
    '<a href="https://media.example.com/7.mp3#t=754.5">12:34</a>',
    '<a href="https://example.com/7.json">Chapter file</a>',
    '<a href="https://example.com/7.vtt">WebVTT, en</a>',
    "Cy Example",
    '<meta property="og:audio" content="https://media.example.com/7.mp3">',
    '<meta property="og:image" content="https://example.com/7.jpg">',
  ]) {
    assert.ok(body.includes(part), part);
  }
});

test("episodePage() says that the feed no longer lists an episode, and for when one is announced", () => {
  const plain = mainOf({});
  const absent = mainOf({ absentSince: new Date("2018-04-01T00:00:00Z") });
  const announced = mainOf({ announcedFor: new Date("2037-01-30T13:00:00Z") });
  const undated = mainOf({ publishedAt: new Date("1970-01-01T23:59:58Z") });

  assert.doesNotMatch(plain, /No longer in the feed|Announced/);
  assert.match(absent, /No longer in the feed/);
  assert.match(announced, /<time [^>]*datetime="2037-01-30T13:00:00.000Z">Announced for 30 Jan 2037<\/time>/);
  assert.doesNotMatch(undated, /<time|1970/);
});

test("episodePage() plays by the media's type", () => {
  assert.match(mainOf({ mediaType: "video/mp4" }), /<video [^>]*><source [^>]*type="video\/mp4">/);
  assert.match(mainOf({ mediaType: "audio/ogg" }), /<audio [^>]*><source [^>]*type="audio\/ogg">/);
  assert.match(mainOf({ mediaType: null }), /<audio [^>]*><source [^>]*type="audio\/mpeg">/);
  assert.match(mainOf({ mediaType: "application/octet-stream" }), /<audio [^>]*><source [^>]*type="audio\/mpeg">/);
  assert.doesNotMatch(mainOf({ mediaType: "application/pdf" }), /<audio|<video/);
  assert.match(mainOf({ mediaType: "application/pdf" }), />File \(43\.2 MB\)<\/a>/);
  assert.doesNotMatch(mainOf({ mediaUrl: "javascript:alert(1)" }), /<audio|javascript/);
});

test("episodePage() fetches no media before it is played", () => {
  assert.match(mainOf({}), /<audio [^>]*preload="none"/);
  assert.match(mainOf({ mediaType: "video/mp4" }), /<video [^>]*preload="none"/);
});

test("episodePage() links a chapter into the media, whatever fragment its URL has", () => {
  const main = mainOf({ mediaUrl: "https://example.com/a.mp3?b#c", chapters: [{ startSeconds: 5, title: "Five" }] });

  assert.match(main, /href="https:\/\/example\.com\/a\.mp3\?b#t=5"/);
});

test("episodePage() shows the podcast's artwork where the episode has none", () => {
  assert.match(mainOf({}), /<img src="https:\/\/example\.com\/art\.jpg"/);
});
