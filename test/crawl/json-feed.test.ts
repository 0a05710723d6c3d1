import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { episode, podcast } from "../../shared/db/schema.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { fetch } from "../support/loopback.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const body = readFileSync(new URL("../feed/golden/json-feed.json", import.meta.url), "utf8");
const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
const reply = { headers: { "Content-Type": "application/feed+json" }, body };
const origin = await startOrigin({ "/feed.json": reply });
after(origin.close);

test("JSON Feed is stored like any other, and the next crawl rewrites no episode", async () => {
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed.json` });
  const versions = () => ctx.db.once.execute(sql`select id, xmin::text from episode order by id`);
  const before = await versions();

  reply.body = body.replace("Sleeping cars", "Dining cars");
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await podcastUpdater.run(ctx, { claim });

  const [show] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));
  const episodes = await ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId)).orderBy(episode.id);
  assert.deepEqual([show?.feedKind, show?.title], ["json", "Night Trains"]);
  assert.equal(show?.description, "Dining cars & those who ride in <them>.");
  assert.deepEqual(
    episodes.map(({ title, extras }) => [title, extras?.categories]),
    [
      ["Plain <text> & nothing else.", undefined],
      ["List<T> & more: Vienna", ["Vienna", "Venice"]],
    ],
  );
  assert.deepEqual(await versions(), before);
});
