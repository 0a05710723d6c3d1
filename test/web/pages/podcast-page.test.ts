import assert from "node:assert/strict";
import { test } from "node:test";
import { allPages } from "../pages.ts";

const pages = allPages();
const podcast = pages.get("podcast")?.body.toString() ?? "";
const bare = pages.get("podcast, bare")?.body.toString() ?? "";

test("podcastPage() shows what the feed tells of a podcast", () => {
  for (const part of [
    '<h1 lang="en-gb">Night Trains</h1>',
    '<p class="author">Ada Example</p>',
    "<li>Explicit</li>",
    "<li>Society &amp; Culture: Places &amp; Travel, Documentary</li>",
    '<img src="https://example.com/art.jpg" alt="Artwork"',
    '<a class="button" href="https://example.com/">Website</a>',
    '<a class="button" href="https://example.com/feed.xml" type="application/rss+xml">Feed</a>',
    'href="https://example.com/give">Buy us a ticket</a>',
    'href="https://example.com/shop">Support</a>',
    '<a href="https://example.com/ada">Ada Example</a>',
    "<summary>Read more</summary>",
  ]) {
    assert.ok(podcast.includes(part), part);
  }
});

test("podcastPage() tells search engines, feed readers and chats what it is", () => {
  for (const part of [
    "<title>Night Trains · podcore</title>",
    '<link rel="canonical" href="https://podcore.example.com/podcasts/1-night-trains">',
    '<link rel="alternate" type="application/rss+xml" href="https://example.com/feed.xml" title="Night Trains">',
    '<meta name="description" content="Sleeping cars, ',
    '<meta property="og:title" content="Night Trains">',
    '<meta property="og:image" content="https://example.com/art.jpg">',
    '<meta property="og:url" content="https://podcore.example.com/podcasts/1-night-trains">',
  ]) {
    assert.ok(podcast.includes(part), part);
  }
  assert.ok(
    pages
      .get("podcast, page 2")
      ?.body.toString()
      .includes('<link rel="canonical" href="https://podcore.example.com/podcasts/1-night-trains?after=c">'),
  );
});

test("podcastPage() shows of each episode its day, length and start", () => {
  assert.match(podcast, /<time dir="ltr" datetime="2018-03-25T18:30:00.000Z">25 Mar 2018<\/time>/);
  assert.match(podcast, />1 h 02 min</);
  assert.match(podcast, />Over the Semmering &amp; through the night\.</);
});

test("podcastPage() leaves out what a feed does not tell", () => {
  assert.doesNotMatch(
    bare,
    /Website|class="author"|class="badges"|<details|name="description"|og:image|People|<h1 lang/,
  );
  assert.match(bare, /<span class="initial" aria-hidden="true">N<\/span>/);
});

test("podcastPage() says that another show has been at the feed's address, and since when", () => {
  const page = pages.get("podcast, another show at its address")?.body.toString() ?? "";

  assert.match(page, /Another show has been at this feed.{1,5}s address since 2026-03-01/);
  assert.doesNotMatch(podcast, /Another show/);
});
