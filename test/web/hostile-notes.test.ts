import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inArray, sql } from "drizzle-orm";
import type { Browser } from "playwright-core";
import { episode } from "../../shared/db/schema.ts";
import { LIMITS } from "../../shared/feed/model.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { ICON_SVG } from "../../shared/web/icon.ts";
import { startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { fetch as fetchFeed } from "../support/loopback.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { launchBrowser, skipsBrowser } from "./browser.ts";
import { notesFeed, showFeed } from "./hostile/feed.ts";
import { type Front, proseOf, startFront } from "./hostile/front.ts";
import { arm, FAMILIES, hostileNotes } from "./hostile/notes.ts";
import { openWatch, type Sight } from "./hostile/watch.ts";

// Tabs of the browser, and requests to the site, at a time.
const CONCURRENCY = 4;

// Notes in one page, taken out of as many pages of the site: a tab for each would take minutes.
const NOTES_PER_STACK = 100;

const HARMLESS = ["Night trains", "en", "https://example.com/1", "text/vtt", "Sleeping cars ".repeat(40)];

const EXPECTED = { runs: /a script ran/, asks: /asks http|goes to http/, changes: /<\w+.*>|link/, nothing: /^$/ };

type Shown = { names: string[]; prose: string };

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, fetch: fetchFeed });
const script: Record<string, string> = {};
const feeds = await startOrigin(({ url = "" }, response) => {
  const xml = script[url];
  response.writeHead(200, { "content-type": xml === undefined ? "image/svg+xml" : "application/rss+xml" });
  response.end(xml ?? ICON_SVG);
});
const canary = await startOrigin({});
const host = `127.0.0.1:${canary.port}`;
const web = await startArtifact({ name: "web", environment: { DATABASE_URL: databaseUrl } });
const notes = hostileNotes(host);

let browser: Browser;
let strict: Front;
let bare: Front;
/** Shapes of elements that pages have whose feed means no harm. */
let knownShapes: Set<string>;

before(async () => {
  if (skipsBrowser) return;
  browser = await launchBrowser();
  const podcastIds = await addAll([
    showFeed(Array.from({ length: 100 }, (_, index) => HARMLESS[index % HARMLESS.length] ?? "")),
    // No address in it is of the web, so that there are no pictures.
    showFeed(["mailto:ada@example.com"]),
    notesFeed([{ name: "no notes", html: "<br>", place: undefined }]).xml,
  ]);
  const paths = await pathsOf(podcastIds);
  const shell = paths.find((path) => path.includes("/episodes/")) ?? assert.fail("There is no episode");
  strict = await startFront({ site: web.url, shell, hasPolicy: true });
  bare = await startFront({ site: web.url, shell, hasPolicy: false });
  const stack = strict.stack([
    '<div class="prose" dir="auto">x</div>',
    '<div class="prose" dir="auto" lang="en">x</div>',
  ]);
  const sights = await openAll([...paths.map((path) => strict.url + path), stack]);
  assert.deepEqual(
    sights.flatMap(({ deeds, threats }) => [...deeds, ...threats]),
    [],
  );
  knownShapes = new Set(sights.flatMap(({ shapes }) => shapes));
});

after(async () => {
  await browser?.close();
  await Promise.all([strict?.close(), bare?.close(), feeds.close(), canary.close()]);
});

test("openWatch() sees what notes of every family do where nothing is between them and the page", {
  skip: skipsBrowser,
}, async (t) => {
  const numAsked = canary.numConnections();

  const sights = await openAll(
    FAMILIES.map(({ vectors }) => bare.stack([`<div class="prose" dir="auto">${arm(vectors[0] ?? "", host)}</div>`])),
  );

  assert.ok(canary.numConnections() > numAsked);
  for (const [index, { name, raw }] of FAMILIES.entries()) {
    await t.test(name, () => {
      const { deeds = [], threats = [] } = sights[index] ?? {};
      assert.match([...deeds, ...threats].join("\n"), EXPECTED[raw]);
    });
  }
});

test("openWatch() sees what the Content-Security-Policy alone keeps from running", { skip: skipsBrowser }, async () => {
  const [sight] = await openAll([
    strict.stack(['<div class="prose"><p onclick="x()">x</p><script>x()</script></div>']),
  ]);

  assert.match(sight?.deeds.join("\n") ?? "", /Content Security Policy/);
  assert.deepEqual(sight?.threats.sort(), ["0: <p onclick>", "0: <script>", "<p onclick>"]);
});

test("show notes run nothing, ask nobody and change no page, whatever they hold", { skip: skipsBrowser }, async (t) => {
  const { xml, numItems } = notesFeed(notes);
  const { podcastId, numEpisodes } = await add(xml);
  assert.ok(notes.length > 4_000, `${notes.length} notes`);
  assert.equal(numEpisodes, numItems);
  const shown = await showNotes(podcastId);
  const numAsked = canary.numConnections();

  for (const [title, front] of [
    ["with the Content-Security-Policy", strict],
    ["without the Content-Security-Policy", bare],
  ] as const) {
    await t.test(title, async () => {
      const stacks = chunk(shown, NOTES_PER_STACK);

      const sights = await openAll(stacks.map((stack) => front.stack(stack.map(({ prose }) => prose))));

      for (const [index, sight] of sights.entries()) {
        const stack = stacks[index] ?? [];
        const nameOf = (threat: string) => stack[Number.parseInt(threat, 10)]?.names.slice(0, 3).join("; ") ?? "";
        assert.deepEqual(
          sight.threats.map((threat) => `${threat} (${nameOf(threat)})`),
          [],
        );
        assertHarmless(sight);
        assert.equal(sight.numNotes, stack.length);
      }
      assert.equal(canary.numConnections(), numAsked);
    });
  }
  t.diagnostic(`${notes.length} notes in ${numItems} items make ${shown.length} different notes on pages`);
});

test("pages run nothing, ask nobody and keep their shape, whatever a feed has for texts and addresses", {
  skip: skipsBrowser,
}, async (t) => {
  const podcastIds = await addAll(
    FAMILIES.map(({ vectors }) => showFeed(vectors.map((vector) => arm(vector, host).slice(0, LIMITS.title)))),
  );
  const paths = await pathsOf(podcastIds);
  const numAsked = canary.numConnections();

  for (const [title, url] of [
    ["with the Content-Security-Policy", web.url],
    ["without the Content-Security-Policy", bare.url],
  ] as const) {
    await t.test(title, async () => {
      const sights = await openAll(paths.map((path) => url + path));

      for (const [index, sight] of sights.entries()) assertHarmless(sight, paths[index]);
      assert.equal(canary.numConnections(), numAsked);
    });
  }
  t.diagnostic(`${paths.length} pages`);
});

async function add(xml: string): Promise<podcastAdder.AddResult> {
  const path = `/${Object.keys(script).length}`;
  script[path] = xml;
  return podcastAdder.run(ctx, { url: feeds.url + path });
}

async function addAll(xmls: readonly string[]): Promise<number[]> {
  const podcastIds: number[] = [];
  for (const xml of xmls) podcastIds.push((await add(xml)).podcastId);
  return podcastIds;
}

/** Paths of the first page, of the podcasts and of all their episodes. */
async function pathsOf(podcastIds: readonly number[]): Promise<string[]> {
  const rows = await ctx.db.once
    .select({ podcastId: episode.podcastId, id: episode.id })
    .from(episode)
    .where(inArray(episode.podcastId, [...podcastIds]))
    .orderBy(episode.id);
  return ["/", ...podcastIds.map((id) => `/podcasts/${id}`), ...rows.map(pathOf)];
}

function pathOf({ podcastId, id }: { podcastId: number; id: number }): string {
  return `/podcasts/${podcastId}/episodes/${id}`;
}

/** Asks the site for the page of one episode of all that have equal notes, and of none that have no notes. */
async function showNotes(podcastId: number): Promise<Shown[]> {
  const rows = await ctx.db.once.execute<{ id: string; names: string[] }>(
    sql`select min(id) as id, jsonb_agg(guid order by id) as names from episode
        where podcast_id = ${podcastId}::bigint and description_html is not null group by description_html order by 1`,
  );
  return inParallel(rows, () => async ({ id, names }) => {
    const page = await fetch(web.url + pathOf({ podcastId, id: Number(id) }));
    return { names, prose: proseOf(await page.text()) };
  });
}

async function openAll(urls: readonly string[]): Promise<Sight[]> {
  const context = await browser.newContext({ viewport: { width: 390, height: 600 } });
  try {
    return await inParallel(urls, () => openWatch(context, feeds.url));
  } finally {
    await context.close();
  }
}

/** Works off a list in several lines at a time, each with what it opened for itself. */
async function inParallel<T, R>(list: readonly T[], open: () => (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = list.entries();
  const lines = Array.from({ length: Math.min(CONCURRENCY, list.length) }, async () => {
    const work = open();
    for (const [index, entry] of entries) results[index] = await work(entry);
  });
  await Promise.all(lines);
  return results;
}

function assertHarmless({ deeds, threats, shapes }: Sight, where?: string): void {
  assert.deepEqual(
    { deeds, threats, shapes: shapes.filter((shape) => !knownShapes.has(shape)) },
    { deeds: [], threats: [], shapes: [] },
    where,
  );
}

function chunk<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
