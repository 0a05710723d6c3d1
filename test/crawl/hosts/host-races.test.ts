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
import { openPool } from "../../../shared/db/pool.ts";
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
      // As passHostSlots(), but a host that was forgotten stays so.
      await db.once.execute(sql`
        update crawl_host set next_slot_at = podcore_now(), ready_at = podcore_now() where ready_at < 'infinity'`);
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

test("claimDuePodcasts() soon looks again at a host, when a podcast of it became due that its snapshot does not show", async () => {
  await db.once.execute(sql`truncate podcast, crawl_host cascade`);
  await insertDuePodcasts(db, ["later"], { host: "a.example.com" });
  await db.once.execute(sql`update podcast_crawl set due_at = podcore_now() + interval '1 hour'`);
  // A session whose clock stops while the test holds a lock: after the snapshot, before the host's row is read.
  await db.once.execute(sql`create schema slow`);
  await db.once.execute(sql`
    create function slow.podcore_now() returns timestamptz language plpgsql stable as $$ begin
      perform pg_advisory_lock_shared(77); perform pg_advisory_unlock_shared(77);
      return public.podcore_now();
    end $$`);
  const slow = openPool({ url: databaseUrl, max: 1, applicationName: "slow" });
  await slow.db.once.execute(sql`set search_path = slow, public`);
  // Otherwise the planner would read the clock before the snapshot.
  await slow.db.once.execute(sql`set plan_cache_mode = force_generic_plan`);
  const claim = () => claimDuePodcasts(slow.db, { limit: 10 });
  await claim();
  await passHostSlots(db);

  // In an object, because a promise that is returned would be awaited within the transaction.
  const { early } = await db.once.transaction(async (tx) => {
    await tx.once.execute(sql`select pg_advisory_xact_lock(77)`);
    const early = claim();
    const isWaiting = async () =>
      (await db.once.execute(sql`select 1 from pg_locks where locktype = 'advisory' and not granted`)).length > 0;
    while (!(await isWaiting())) await sleep(10);
    await insertDuePodcasts(db, ["now"], { host: "a.example.com" });
    return { early };
  });
  const claims = [await early];
  await sleep(500);
  claims.push(await claim());
  await slow.close();

  assert.deepEqual(
    claims.map((found) => found.map(({ feedUrl }) => feedUrl)),
    [[], ["now"]],
  );
});
