import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosProcess, ChaosRow } from "../chaos.ts";
import { startFeeds } from "../feeds.ts";
import { insertDue } from "../insert-due.ts";
import { percentile } from "../load.ts";
import { countLost } from "./terminations.ts";

const NUM_FEEDS = 5_000;
const NUM_KILLS = 500;
const NUM_WORKERS = 3;
const LEASE_SECONDS = 30;
// A crawl takes well under a second here: a lease that is held for so long is that of a killed worker.
const ORPHAN_AFTER_MS = 10_000;

/** Crawlers are killed while they crawl: nothing is lost or doubled, and what was in hand is soon asked again. */
export const kills: ChaosRow = {
  name: "kills",
  about: `${NUM_KILLS} SIGKILLs of ${NUM_WORKERS} crawlers that run back to back over ${NUM_FEEDS} growing feeds`,
  async run(chaos, scale) {
    const numFeeds = Math.max(100, Math.round(NUM_FEEDS * scale));
    const numKills = Math.max(10, Math.round(NUM_KILLS * scale));
    const database = await chaos.startDatabase();
    const { sql } = database;
    const feeds = await startFeeds({ numFeeds, growth: 0.8 });
    await insertDue(database.url, feeds.urls);
    await sql`update podcast_crawl set due_at = podcore_now() + interval '1 day'`;
    const environment = {
      DATABASE_URL: database.url,
      PODCORE_FETCH_ALLOW: "127.0.0.0/8",
      PODCORE_LOG_LEVEL: "error",
      PODCORE_TICK_BUDGET_MS: "20000",
    };
    const file = join(import.meta.dirname, "../../../dist/tick-crawl.cjs");
    let isOver = false;
    const workers: (ChaosProcess | undefined)[] = [];
    const loops = Array.from({ length: NUM_WORKERS }, async (_, i) => {
      while (!isOver) {
        workers[i] = chaos.spawn([file, "--once"], environment);
        await workers[i]?.exited;
      }
    });
    const leases: Leases = new Map();
    for (let i = 0; i < numKills; i += 1) {
      await sleep(300 + Math.random() * 700);
      // Each of a host of its own, which the last crawl has found to be loopback. Due again, so that there is always something in hand, and no backlog in which a feed would have to wait.
      await sql`
        update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example'
        where podcast_id in (
          select podcast_id from podcast_crawl where lease_expires_at is null and due_at > podcore_now()
          order by random()
          limit greatest(0, 60 - (select count(*) from podcast_crawl where lease_expires_at is null and due_at <= podcore_now())))`;
      workers[i % NUM_WORKERS]?.kill("SIGKILL");
      const killedAt = Date.now();
      await sleep(20);
      const held = await sql`
        select l.feed_url, c.lease_token, c.num_unfinished
        from podcast_crawl c join podcast_feed_location l using (podcast_id)
        where c.lease_expires_at is not null and c.lease_expires_at > podcore_now()`;
      for (const { feed_url, lease_token, num_unfinished } of held) {
        const path = new URL(feed_url).pathname;
        const key = `${path} ${lease_token}`;
        const known = leases.get(key) ?? {
          path,
          token: Number(lease_token),
          firstSeenAt: killedAt,
          numUnfinished: Number(num_unfinished),
        };
        leases.set(key, { ...known, lastSeenAt: killedAt });
      }
    }
    await sql`update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example'`;
    await untilAllCrawled(sql);
    isOver = true;
    await Promise.all(loops);
    const orphans = [...leases.values()].filter(
      ({ firstSeenAt, lastSeenAt }) => lastSeenAt - firstSeenAt > ORPHAN_AFTER_MS,
    );
    const firsts = orphans.filter(({ numUnfinished }) => numUnfinished === 0);
    const gapOf = createGapOf(feeds.requests);
    const asked = firsts.flatMap((lease) => {
      const gap = gapOf(lease);
      const again = leases.get(`${lease.path} ${lease.token + 1}`);
      // The next worker that had it in hand was killed before it asked, so its lease had to run out as well.
      const isTwice =
        again !== undefined &&
        gap !== undefined &&
        again.firstSeenAt + ORPHAN_AFTER_MS < lease.firstSeenAt + gap * 1_000;
      return gap === undefined ? [] : [{ gap, isTwice }];
    });
    const gaps = asked.flatMap(({ gap, isTwice }) => (isTwice ? [] : [gap]));
    const suspectGaps = asked.flatMap(({ gap, isTwice }) => (isTwice ? [gap] : []));
    const numLost = await countLost(sql, feeds);
    const [left] = await sql`select count(*)::int as n from podcast_crawl where lease_expires_at is not null`;
    const [failed] = await sql`select count(*)::int as n from podcast_crawl where num_failures > 0`;
    feeds.close();
    const p99 = percentile(gaps, 0.99);
    return [
      {
        what: `${numKills} kills, ${feeds.requests.length} GETs of ${numFeeds} feeds: episodes lost or doubled`,
        measured: numLost,
        target: 0,
        isMet: numLost === 0,
      },
      {
        what: `a feed that a killed worker had in hand is asked again after, p99 of ${gaps.length} (s)`,
        measured: p99.toFixed(1),
        target: `<= ${LEASE_SECONDS + 1}`,
        isMet: p99 <= LEASE_SECONDS + 1,
      },
      {
        what: `one that two killed workers in a row had in hand, which is then tried alone, p50 of ${suspectGaps.length} (s)`,
        measured: suspectGaps.length === 0 ? "none" : percentile(suspectGaps, 0.5).toFixed(1),
        target: "later",
        isMet: true,
      },
      { what: "leases left", measured: left?.n, target: 0, isMet: left?.n === 0 },
      {
        what: "podcasts charged with a failure",
        measured: failed?.n,
        target: "what was killed twice in a row",
        isMet: true,
      },
    ];
  },
};

type Sql = (strings: TemplateStringsArray) => PromiseLike<readonly Record<string, unknown>[]>;
async function untilAllCrawled(sql: Sql): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    const [row] = await sql`
      select count(*)::int as n from podcast_crawl where due_at <= podcore_now() or lease_expires_at is not null`;
    if (row?.n === 0) return;
    await sleep(1_000);
  }
  throw new Error("Cannot end: feeds are still due after 300 s");
}

/** Each lease that was seen at a kill: a feed and its token. `numUnfinished`: the claims before it that ran out, in a row. */
type Lease = { path: string; token: number; firstSeenAt: number; lastSeenAt: number; numUnfinished: number };
type Leases = Map<string, Lease>;

/** Gives the seconds from the kill at which a lease was first seen to its feed's next GET. */
function createGapOf(requests: readonly { path: string; at: number }[]) {
  const times = new Map<string, number[]>();
  for (const { path, at } of requests) times.set(path, [...(times.get(path) ?? []), at]);
  return ({ path, firstSeenAt }: Lease): number | undefined => {
    // What the worker asked for in the moment of its end is of its own.
    const next = times.get(path)?.find((at) => at > firstSeenAt + 1_000);
    return next === undefined ? undefined : (next - firstSeenAt) / 1_000;
  };
}
