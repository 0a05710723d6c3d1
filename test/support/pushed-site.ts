import { after } from "node:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../shared/context.ts";
import { createFetch } from "../../shared/fetch/fetch.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import * as pushSubscriber from "../../shared/push/push-subscriber.ts";
import { startArtifact } from "./artifact.ts";
import { createContext } from "./context.ts";
import { rss } from "./feed.ts";
import { type Hub, hubLinks, type Manner, startHub } from "./hub.ts";
import { LOOPBACK } from "./loopback.ts";
import { type Origin, type Reply, startOrigin } from "./origin.ts";
import { createDatabase } from "./postgres.ts";

// Not the callback's own: a hub is told where it is.
const PUBLIC_URL = "http://127.0.0.1:1";
// A slow hub must not make a slow test.
const HEADERS_MS = 500;

export type PushedSite = {
  ctx: Context;
  databaseUrl: string;
  /** Where the callback and the API are: dist/web.cjs. */
  url: string;
  origin: Origin;
  /** What the feeds' host answers, by path. */
  script: Record<string, Reply>;
  log(): string;
  startHub(manner?: Manner): Promise<Hub>;
  /** Adds a feed that names a hub, and returns its path. */
  addFeed(hub: Pick<Hub, "url"> | undefined, feed?: Parameters<typeof rss>[0]): Promise<Added>;
  /** Asks the hubs for what is due, as the work tick does, and lets them verify. */
  subscribe(...hubs: Hub[]): Promise<void>;
  /** Lets each hub and host be asked again at once. */
  passTurns(): Promise<void>;
};
type Added = { podcastId: number; path: string; topic: string };

/** Runs the site's callbacks as a process of their own, and the ticks within the test, over one database. */
export async function startPushedSite(): Promise<PushedSite> {
  const databaseUrl = await createDatabase();
  const lines: string[] = [];
  const fetch = createFetch({ allow: LOOPBACK, userAgent: "podcore-test", phases: { headersMs: HEADERS_MS } });
  const environment = { PODCORE_PUBLIC_URL: PUBLIC_URL };
  const ctx = createContext({ databaseUrl, fetch, environment, writeLog: (line) => lines.push(line) });
  const web = await startArtifact({ name: "web", environment: { DATABASE_URL: databaseUrl, ...environment } });
  const script: Record<string, Reply> = {};
  const origin = await startOrigin(script);
  after(origin.close);
  let numFeeds = 0;

  async function passTurns(): Promise<void> {
    await ctx.db.once.execute(sql`
      update crawl_host set next_slot_at = podcore_now(), ready_at = least(ready_at, podcore_now()), paused_until = null, slowness = 1`);
  }

  return {
    ctx,
    databaseUrl,
    url: web.url,
    origin,
    script,
    log: () => lines.join(""),
    async startHub(manner = {}) {
      const hub = await startHub({ manner, reaches: web.url });
      after(hub.close);
      return hub;
    },
    async addFeed(hub, feed = {}) {
      numFeeds += 1;
      const path = `/feed-${numFeeds}`;
      const topic = `${origin.url}${path}?topic`;
      script[path] = rss({ ...feed, extra: hubLinks(hub, topic) });
      const { podcastId } = await podcastAdder.run(ctx, { url: origin.url + path });
      return { podcastId, path, topic };
    },
    async subscribe(...hubs) {
      await passTurns();
      await pushSubscriber.run(ctx, { budgetMs: 30_000 });
      for (const hub of hubs) await hub.settle();
    },
    passTurns,
  };
}
