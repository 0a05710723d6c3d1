import assert from "node:assert/strict";
import { test } from "node:test";
import { enclosure, item, read, readChannel, readItem, rss } from "./feed-xml.ts";

test("readFeed() reads the podcast namespace of a channel", async () => {
  const { namespace } = await readChannel(`<title>T</title>
    <podcast:funding url="https://e.com/give">Give</podcast:funding><podcast:funding>no URL</podcast:funding>
    <podcast:person role="Host" group="cast" img="https://e.com/j.jpg" href="https://e.com/j">Jo</podcast:person>
    <podcast:location geo="geo:1,2" osm="R1">Here</podcast:location><podcast:license url="https://e.com/l">cc-by-4.0</podcast:license>
    <podcast:value type="lightning" method="keysend" suggested="0.1">
      <podcast:valueRecipient name="A" type="node" address="02ab" split="95" customKey="k" customValue="v"/>
      <podcast:valueRecipient type="node" address="03cd" split="5" fee="true"/><podcast:valueRecipient name="no address"/>
    </podcast:value>
    <podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST" url="https://e.com/t.mp3" length="12" type="audio/mp3" season="4">Soon</podcast:trailer>
    <podcast:podroll><podcast:remoteItem feedGuid="917393e3" feedUrl="https://e.com/f"/></podcast:podroll>
    <podcast:remoteItem feedGuid="elsewhere"/><podcast:txt purpose="verify">abc</podcast:txt>`);

  assert.deepEqual(namespace, {
    funding: [{ url: "https://e.com/give", message: "Give" }],
    persons: [{ name: "Jo", role: "host", group: "cast", imageUrl: "https://e.com/j.jpg", linkUrl: "https://e.com/j" }],
    location: { name: "Here", geo: "geo:1,2", osm: "R1" },
    license: { identifier: "cc-by-4.0", url: "https://e.com/l" },
    values: [
      {
        type: "lightning",
        method: "keysend",
        suggested: "0.1",
        recipients: [
          { name: "A", type: "node", address: "02ab", split: 95, fee: false, customKey: "k", customValue: "v" },
          { type: "node", address: "03cd", split: 5, fee: true },
        ],
      },
    ],
    trailers: [
      {
        title: "Soon",
        url: "https://e.com/t.mp3",
        publishedAt: "2021-04-01T13:00:00.000Z",
        mediaType: "audio/mp3",
        mediaBytes: 12,
        season: 4,
      },
    ],
    liveItems: [],
    podroll: [{ feedGuid: "917393e3", feedUrl: "https://e.com/f" }],
    txts: [{ purpose: "verify", value: "abc" }],
    remoteItems: [{ feedGuid: "elsewhere" }],
  });
});

test("readFeed() reads the podcast namespace of an item", async () => {
  const episode =
    await readItem(`${enclosure("a.mp3")}<podcast:season name="Egg hunt">3</podcast:season><podcast:episode display="Ch.3">3.5</podcast:episode>
    <podcast:transcript url="t.vtt" type="text/vtt" language="EN" rel="captions"/><podcast:transcript type="text/html"/>
    <podcast:chapters url="https://e.com/c.json" type="application/json+chapters"/>
    <podcast:soundbite startTime="73.0" duration="60.5">Bite</podcast:soundbite><podcast:soundbite startTime="x" duration="1"/>
    <podcast:person>Guest</podcast:person>`);

  assert.deepEqual(
    [episode.season, episode.seasonName, episode.episodeNumber, episode.episodeDisplay],
    [3, "Egg hunt", 3.5, "Ch.3"],
  );
  assert.deepEqual(episode.namespace, {
    persons: [{ name: "Guest" }],
    transcripts: [{ url: "https://feeds.example.com/shows/t.vtt", type: "text/vtt", language: "en", rel: "captions" }],
    chapters: { url: "https://e.com/c.json", type: "application/json+chapters" },
    soundbites: [{ startSeconds: 73, durationSeconds: 60.5, title: "Bite" }],
    values: [],
    txts: [],
  });
});

test("readFeed() keeps a live item apart from the channel and its items", async () => {
  const feed =
    await readChannel(`<podcast:liveItem status="LIVE" start="2021-09-26T07:30:00.000-0600" end="2021-09-26T09:30:00Z">
      <title>Live now</title><guid>live-1</guid><link>https://e.com/live</link><itunes:image href="https://e.com/live.jpg"/>
      <enclosure url="https://e.com/live.mp3" type="audio/mpeg"/><podcast:contentLink href="https://e.com/watch">Watch</podcast:contentLink>
    </podcast:liveItem><podcast:liveItem status="unknown"/><title>Show</title>${item("1")}`);

  assert.equal(feed.title, "Show");
  assert.equal(feed.imageUrl, undefined);
  assert.deepEqual(
    feed.episodes.map(({ guid }) => guid),
    ["1"],
  );
  assert.deepEqual(feed.namespace.liveItems, [
    {
      status: "live",
      startAt: "2021-09-26T13:30:00.000Z",
      endAt: "2021-09-26T09:30:00.000Z",
      guid: "live-1",
      title: "Live now",
      linkUrl: "https://e.com/live",
      mediaUrl: "https://e.com/live.mp3",
      mediaType: "audio/mpeg",
      contentLinks: [{ url: "https://e.com/watch", text: "Watch" }],
      imageUrl: "https://e.com/live.jpg",
    },
  ]);
});

test("readFeed() knows both URIs of the podcast namespace under any prefix", async () => {
  for (const uri of [
    "https://podcastindex.org/namespace/1.0",
    "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
  ]) {
    const feed = await read(rss("<p20:medium>audiobook</p20:medium>", { attributes: `xmlns:p20="${uri}"` }));

    assert.equal(feed.medium, "audiobook", uri);
  }
});

test("readFeed() is blocked by itunes:block and by podcast:block without an id", async () => {
  const isBlocked = async (inside: string) => (await readChannel(inside)).isBlocked;

  assert.equal(await isBlocked("<itunes:block>Yes</itunes:block>"), true);
  assert.equal(
    await isBlocked('<podcast:block id="google">no</podcast:block><podcast:block>yes</podcast:block>'),
    true,
  );
  assert.equal(await isBlocked('<podcast:block id="google">yes</podcast:block><itunes:block>no</itunes:block>'), false);
});
