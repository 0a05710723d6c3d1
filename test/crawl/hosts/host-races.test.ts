import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { cleanCrawlHosts } from "../../../shared/cleaning/clean-crawl-hosts.ts";
import { claimDuePodcasts } from "../../../shared/crawl/claim-due-podcasts.ts";
import { claimPodcast } from "../../../shared/crawl/claim-podcast.ts";
import { pauseHost } from "../../../shared/crawl/hosts/pause-host.ts";
import { takeHostSlot } from "../../../shared/crawl/hosts/take-host-slot.ts";
import { recordCrawlFailure, recordCrawlSuccess } from "../../../shared/crawl/record-crawl.ts";
import { releaseLease } from "../../../shared/crawl/release-lease.ts";
import * as podcastRemover from "../../../shared/podcasts/podcast-remover.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertDuePodcasts, passHostSlots } from "../../support/rows.ts";

const HOSTS = ["libsyn.com", "a.example.com", "b.example.com"];
const RUN_MS = 4_000;

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const { db } = ctx;
const crawlers = Array.from({ length: 3 }, () => createContext({ databaseUrl }).db);

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
const delayMs = () => Math.floor(Math.random() * 20);

test("no host's podcasts are forgotten and nothing deadlocks, while hosts are claimed, paused, filled and emptied", async () => {
  let numClaimed = 0;
  let numInserted = 0;
  const endsAt = performance.now() + RUN_MS;
  const repeat = async (work: () => Promise<unknown>) => {
    while (performance.now() < endsAt) await work();
  };
  const findId = async () => {
    const [row] = await db.once.execute<{ id: string }>(
      sql`select podcast_id as id from podcast_crawl order by random() limit 1`,
    );
    return Number(row?.id ?? 0);
  };

  await Promise.all([
    ...crawlers.map((crawler) =>
      repeat(async () => {
        for (const claim of await claimDuePodcasts(crawler, { limit: 5 })) {
          numClaimed += 1;
          const success = { isChanged: false, etag: undefined, lastModified: undefined, delayMs: delayMs() };
          await pick([
            () => recordCrawlSuccess(crawler, claim, success),
            () => recordCrawlFailure(crawler, claim, { error: "Status 500", isGone: false, delayMs: delayMs() }),
            () => releaseLease(crawler, claim),
          ])();
        }
      }),
    ),
    repeat(async () => {
      numInserted += (await insertDuePodcasts(db, [crypto.randomUUID()], { host: pick(HOSTS) })).length;
    }),
    repeat(async () => {
      await podcastRemover.run(ctx, { podcastId: await findId() }).catch((error: { status?: number }) => {
        if (error.status !== 404) throw error;
      });
      await sleep(5);
    }),
    repeat(async () => {
      const claim = await claimPodcast(db, { podcastId: await findId() });
      if (claim !== undefined) await releaseLease(db, claim);
    }),
    repeat(async () => {
      await db.once.execute(sql`update podcast_crawl set host = ${pick(HOSTS)} where podcast_id = ${await findId()}`);
    }),
    repeat(async () => {
      await pauseHost(db, { host: pick(HOSTS), retryAfterMs: 0 });
      await takeHostSlot(db, `https://${pick(HOSTS)}/`);
      await cleanCrawlHosts(db, { limit: 10 });
      await passHostSlots(db);
    }),
  ]);

  const forgotten = await db.once.execute(sql`
    select c.host, c.claimable_at, h.ready_at, h.next_slot_at, h.paused_until from (
      select host, min(podcast_claimable_at(due_at, lease_expires_at, num_unfinished)) as claimable_at
      from podcast_crawl group by host
    ) c left join crawl_host h using (host)
    where h.host is null or h.ready_at > greatest(c.claimable_at, h.next_slot_at, h.paused_until, podcore_now()) + interval '1 second'`);
  const [row] = await db.once.execute<{ num: number }>(sql`
    select deadlocks::int as num from pg_stat_database where datname = current_database()`);
  assert.deepEqual([...forgotten], []);
  assert.equal(row?.num, 0);
  assert.ok(numClaimed > 50 && numInserted > 50, `${numClaimed} claimed, ${numInserted} inserted`);
});
