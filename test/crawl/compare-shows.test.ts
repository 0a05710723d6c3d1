import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import {
  compareShows,
  type FoundShow,
  isAcceptedShow,
  isMovedShow,
  isOneShow,
  type StoredShow,
} from "../../shared/crawl/identity/compare-shows.ts";
import { readFeed } from "../../shared/feed/read-feed.ts";
import { measureBlock } from "../support/block-meter.ts";
import { rss } from "../support/feed.ts";

const GUID = "9b024349-ccf0-5f69-a609-6b82873eab3c";
const OTHER_GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810";

type Channel = { title?: string; author?: string; guid?: string; extra?: string };

/** Reads a feed with one episode for each name. */
async function found(names: string[], { title = "A Show", author, guid }: Channel = {}): Promise<FoundShow> {
  const parts = [
    author === undefined ? "" : `<itunes:author>${author}</itunes:author>`,
    guid === undefined
      ? ""
      : `<podcast:guid xmlns:podcast="https://podcastindex.org/namespace/1.0">${guid}</podcast:guid>`,
  ];
  const items = names.map((name) => ({ guid: `episode-${name}`, title: `About ${name}` }));
  const body = rss({ title, items, extra: parts.join("") }).replaceAll("<title></title>", "");
  return readFeed({ body: Buffer.from(body), contentType: undefined, url: "https://show.example.com/feed" });
}

function stored(names: string[], { title = "A Show", author, guid }: Channel = {}): StoredShow {
  const episodes = names.map((name) => ({
    guid: `episode-${name}`,
    guidSha256: createHash("sha256").update(`episode-${name}`).digest(),
    mediaUrl: `https://media.example.com/episode-${name}.mp3`,
    title: `About ${name}`,
    publishedAt: new Date("2018-03-25T10:00:00Z"),
  }));
  return { title, author, podcastGuid: guid, episodes };
}

const TEN = Array.from("abcdefghij");

const CASES: { what: string; verdict: string; before: [string[], Channel?]; after: [string[], Channel?] }[] = [
  { what: "nothing but a new episode differs", verdict: "same", before: [["a"]], after: [["a", "b"]] },
  {
    what: "a rebrand has a new title and the same GUID",
    verdict: "same",
    before: [["a"], { guid: GUID }],
    after: [["b"], { guid: GUID, title: "Rebranded" }],
  },
  {
    what: "a stranger has copied the GUID and nothing else",
    verdict: "other",
    before: [TEN, { guid: GUID, author: "Ada" }],
    after: [["x", "y"], { guid: GUID, author: "Mallory", title: "Rebranded" }],
  },
  {
    what: "a rebrand has a new title, a new author and the same GUID, and has kept an episode",
    verdict: "same",
    before: [TEN, { guid: GUID, author: "Ada" }],
    after: [["a", "y"], { guid: GUID, author: "Bea", title: "Rebranded" }],
  },
  {
    what: "the same author has begun anew under the same GUID",
    verdict: "same",
    before: [TEN, { guid: GUID, author: "Ada" }],
    after: [["x", "y"], { guid: GUID, author: "Ada", title: "Rebranded" }],
  },
  {
    what: "a rebrand has a new title and half of the episodes",
    verdict: "same",
    before: [["a", "b"]],
    after: [["b", "c"], { title: "Rebranded" }],
  },
  {
    what: "the GUID has changed and the episodes have not",
    verdict: "same",
    before: [["a", "b"], { guid: GUID }],
    after: [["a", "b"], { guid: OTHER_GUID, title: "Rebranded" }],
  },
  {
    what: "all episodes are new, and title and author are not",
    verdict: "same",
    before: [["a"], { author: "Ada" }],
    after: [["b"], { author: "ada", title: "a  show!" }],
  },
  {
    what: "title, GUID and episodes are new",
    verdict: "other",
    before: [["a"], { guid: GUID }],
    after: [["b"], { guid: OTHER_GUID, title: "Another" }],
  },
  {
    what: "title and episodes are new, without a GUID",
    verdict: "other",
    before: [["a"]],
    after: [["b"], { title: "Another" }],
  },
  {
    what: "the title is the same, and the author and the episodes are not",
    verdict: "other",
    before: [["a"], { author: "Ada" }],
    after: [["b"], { author: "Bob" }],
  },
  {
    what: "fewer than half of the episodes are in common",
    verdict: "other",
    before: [["a", "b", "c"]],
    after: [["c", "d", "e"], { title: "Network" }],
  },
  {
    what: "it is the first feed after an empty one",
    verdict: "same",
    before: [[]],
    after: [["a"], { title: "Another" }],
  },
  {
    what: "it is the first feed after an empty one, and the GUID differs",
    verdict: "other",
    before: [[], { guid: GUID }],
    after: [["a"], { guid: OTHER_GUID }],
  },
  {
    what: "the GUID has changed, with one of two episodes, and title and author have not",
    verdict: "other",
    before: [["a", "b"], { guid: GUID, author: "Ada" }],
    after: [["b", "c"], { guid: OTHER_GUID, author: "Ada" }],
  },
  {
    what: "GUID and episodes have changed, and the title has not",
    verdict: "other",
    before: [["a"], { guid: GUID }],
    after: [["b"], { guid: OTHER_GUID }],
  },
  {
    what: "the GUID has changed, and the feed has a few of many episodes",
    verdict: "other",
    before: [["a", "b", "c", "d"], { guid: GUID }],
    after: [["a", "b"], { guid: OTHER_GUID }],
  },
  {
    what: "the GUID has changed and a new episode arrived",
    verdict: "same",
    before: [["a", "b"], { guid: GUID }],
    after: [["a", "b", "c"], { guid: OTHER_GUID }],
  },
  { what: "it has no episodes any more", verdict: "hollow", before: [["a"]], after: [[]] },
  {
    what: "it has no episodes any more, and another title",
    verdict: "hollow",
    before: [["a"]],
    after: [[], { title: "Another" }],
  },
  { what: "it had no episodes and now has no title", verdict: "hollow", before: [[]], after: [[], { title: "" }] },
  {
    what: "it has no title and none of the episodes",
    verdict: "hollow",
    before: [["a"]],
    after: [["b"], { title: "" }],
  },
  { what: "it has no title and the same episodes", verdict: "same", before: [["a"]], after: [["a"], { title: "" }] },
];

for (const { what, verdict, before, after } of CASES) {
  test(`compareShows() says ${verdict}, when ${what}`, async () => {
    assert.equal(await compareShows(stored(...before), await found(...after)), verdict);
  });
}

test("compareShows() knows an episode by its title and date, when a new host gave it another GUID and another URL", async () => {
  const feed = await found(["a", "b"], { title: "Rebranded" });
  const rehosted = feed.episodes.map((episode) => ({
    ...episode,
    guidSha256: createHash("sha256").update(`new ${episode.guid}`).digest(),
    mediaUrl: `https://elsewhere.example.com/${episode.guid}`,
  }));

  assert.equal(await compareShows(stored(["a", "b"]), { ...feed, episodes: rehosted }), "same");
});

test("compareShows() takes no short GUID for a witness, which every show has", async () => {
  const numbered = (host: string, title: string) => ({
    guid: "1",
    guidSha256: createHash("sha256").update("1").digest(),
    mediaUrl: `https://${host}/1.mp3`,
    title,
    publishedAt: new Date("2018-03-25T10:00:00Z"),
  });
  const feed = await found(["a"], { title: "Another" });
  const episodes = feed.episodes.map((episode) => ({ ...episode, ...numbered("b.example.com", "B") }));

  const verdict = await compareShows(
    { ...stored([]), episodes: [numbered("a.example.com", "A")] },
    { ...feed, episodes },
  );

  assert.equal(verdict, "other");
});

test("compareShows() takes no GUID alone for a witness, which a new owner's site makes as well", async () => {
  const page = (title: string, mediaUrl: string) => ({
    guid: "https://show.example.com/?p=12",
    guidSha256: createHash("sha256").update("https://show.example.com/?p=12").digest(),
    mediaUrl,
    title,
    publishedAt: new Date("2018-03-25T10:00:00Z"),
  });
  const feed = await found(["a"], { title: "Another" });
  const episodes = feed.episodes.map((episode) => ({ ...episode, ...page("B", "https://b.example.com/b.mp3") }));
  const before = { ...stored([]), episodes: [page("A", "https://a.example.com/a.mp3")] };
  const renamed = { ...stored([]), episodes: [page("B", "https://a.example.com/a.mp3")] };

  assert.equal(await compareShows(before, { ...feed, episodes }), "other");
  assert.equal(await compareShows(renamed, { ...feed, episodes }), "same");
});

test("compareShows() gives others their turn within 50 ms, with 3 000 titles that take long to compare", async (t) => {
  // NFKC makes eighteen letters of this one.
  const titled = (episode: FoundShow["episodes"][number]) => ({
    ...episode,
    title: `${episode.title} ${"\ufdfa".repeat(480)}`,
  });
  const names = Array.from({ length: 3_000 }, (_, i) => `${i}`);
  const { episodes, ...feed } = await found(names, { title: "Another Show" });

  const { result, blockMs } = await measureBlock(() =>
    compareShows(stored(["a"]), { ...feed, episodes: episodes.map(titled) }),
  );

  t.diagnostic(`blocked for ${blockMs.toFixed(1)} ms`);
  assert.equal(result, "other");
  assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
});

test("isOneShow() asks for the same GUID and more than half of the episodes of both", async () => {
  const twin = await found(["a", "b", "c"], { guid: GUID });

  assert.equal(await isOneShow(stored(["a", "b", "c", "d", "e", "f"], { guid: GUID }), twin), false);
  assert.equal(await isOneShow(stored(["a"], { guid: GUID }), twin), false);
  assert.equal(await isOneShow(stored(["a", "b"], { guid: GUID }), twin), true);
  assert.equal(await isOneShow(stored(["a", "x"], { guid: GUID }), twin), false);
  assert.equal(await isOneShow(stored(["a", "b"]), twin), false);
  assert.equal(await isOneShow(stored(["a", "b"], { guid: OTHER_GUID }), twin), false);
});

test("isOneShow() is not deceived by a copied item, however often it is repeated or shared", async () => {
  const show = stored(["a", "b", "c"], { guid: GUID });
  const copy = await found(["a"], { guid: GUID });
  const oneFile = {
    ...show,
    episodes: show.episodes.map((it) => ({ ...it, mediaUrl: "https://media.example.com/1.mp3" })),
  };
  const [item] = (await found(["x"])).episodes;
  assert.ok(item);

  assert.equal(await isOneShow(show, copy), false);
  assert.equal(
    await isOneShow(show, { ...copy, episodes: Array.from({ length: 3 }, () => copy.episodes).flat() }),
    false,
  );
  assert.equal(
    await isOneShow(oneFile, { ...copy, episodes: [{ ...item, mediaUrl: "https://media.example.com/1.mp3" }] }),
    false,
  );
});

test("isOneShow() compares the newest 100 episodes of a long show", async () => {
  const names = Array.from({ length: 300 }, (_, i) => `${i}`);
  const long = stored(names.slice(0, 100), { guid: GUID });

  assert.equal(await isOneShow(long, await found(names, { guid: GUID })), true);
  assert.equal(await isOneShow(long, await found(names.slice(50), { guid: GUID })), false);
});

test("isAcceptedShow() goes by the GUID where both have one, else by the title", () => {
  const named = (title: string, podcastGuid?: string) => ({ title, podcastGuid });

  assert.equal(isAcceptedShow(named("A", GUID), named("B", GUID)), true);
  assert.equal(isAcceptedShow(named("A Show"), named("a  show!", GUID)), true);
  assert.equal(isAcceptedShow(named("A", GUID), named("A", OTHER_GUID)), false);
  assert.equal(isAcceptedShow(named("A"), named("B")), false);
});

test("isMovedShow() goes by the GUID where both have one, else by the episodes, and never by the title", async () => {
  assert.equal(
    await isMovedShow(stored(["a"], { guid: GUID }), await found(["b"], { guid: GUID, title: "New" })),
    true,
  );
  assert.equal(await isMovedShow(stored(["a"], { guid: GUID }), await found(["a"], { guid: OTHER_GUID })), false);
  assert.equal(await isMovedShow(stored(["a"], { guid: GUID }), await found(["a"])), true);
  assert.equal(await isMovedShow(stored(["a"]), await found(["b"])), false);
});
