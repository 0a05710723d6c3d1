import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { type Claim, claimDuePodcasts } from "../../shared/crawl/claim-due-podcasts.ts";
import { claimPodcast, claimSuspectPodcast } from "../../shared/crawl/claim-podcast.ts";
import { LeaseLostError, lockLease } from "../../shared/crawl/lock-lease.ts";
import { recordCrawlFailure, recordCrawlSuccess, recordUnfinishedCrawl } from "../../shared/crawl/record-crawl.ts";
import { releaseLease } from "../../shared/crawl/release-lease.ts";
import { renewLeases } from "../../shared/crawl/renew-leases.ts";
import { openPool } from "../../shared/db/pool.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertDuePodcasts, passHostSlots } from "../support/rows.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const SUCCESS = { isChanged: true, etag: undefined, lastModified: undefined, delayMs: 3_600_000 };

beforeEach(() => db.once.execute(sql`truncate podcast, crawl_host cascade`));

async function claimOne() {
  await passHostSlots(db);
  const [claim] = await claimDuePodcasts(db, { limit: 1 });
  assert.ok(claim);
  return claim;
}

test("claimDuePodcasts() claims the longest due first, and none that is held or not due", async () => {
  const [first, second, third, fourth] = await insertDuePodcasts(db, ["a", "b", "c", "d"]);
  await db.once.execute(
    sql`update podcast_crawl set due_at = podcore_now() - interval '1 hour' where podcast_id = ${third}`,
  );
  await db.once.execute(
    sql`update podcast_crawl set due_at = podcore_now() + interval '1 second' where podcast_id = ${first}`,
  );
  await db.once.execute(
    sql`update podcast_crawl set lease_expires_at = podcore_now() + interval '1 second' where podcast_id = ${fourth}`,
  );

  const claims = [...(await claimDuePodcasts(db, { limit: 1 })), ...(await claimDuePodcasts(db, { limit: 10 }))];

  assert.deepEqual(
    claims.map(({ podcastId }) => podcastId),
    [third, second],
  );
  assert.deepEqual(await claimDuePodcasts(db, { limit: 10 }), []);
});

test("claimDuePodcasts() gives each podcast to one of twenty who claim at once", async () => {
  const ids = await insertDuePodcasts(
    db,
    Array.from({ length: 100 }, (_, i) => String(i)),
  );

  const claims = await Promise.all(Array.from({ length: 20 }, () => claimDuePodcasts(db, { limit: 5 })));

  assert.deepEqual(
    claims
      .flat()
      .map(({ podcastId }) => podcastId)
      .sort((a, b) => a - b),
    ids,
  );
});

test("claimDuePodcasts() claims a podcast whose lease has run out, under a higher token", async () => {
  await insertDuePodcasts(db, ["a"]);
  const first = await claimOne();
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now()`);

  const second = await claimOne();

  assert.equal(second.leaseToken, first.leaseToken + 1);
});

test("a result that comes under an old token is not recorded", async () => {
  await insertDuePodcasts(db, ["a"]);
  const old = await claimOne();
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now()`);
  await claimOne();
  await db.once.execute(sql`
    insert into podcast_quarantine (podcast_id, feed_url, found_url, title, num_items)
    values (${old.podcastId}, 'https://example.com/a', 'https://example.com/b', 'Another show', 3)`);
  const read = () =>
    db.once.execute(sql`select c.*, q.* from podcast_crawl c left join podcast_quarantine q using (podcast_id)`);
  const before = await read();

  const recorded = [
    await recordCrawlSuccess(db, old, SUCCESS),
    await recordCrawlFailure(db, old, { error: "late", isGone: false, delayMs: 1 }),
  ];
  await releaseLease(db, old);
  await renewLeases(db, [old]);

  assert.deepEqual(recorded, [false, false]);
  assert.deepEqual(await read(), before);
});

test("a claim lasts for 30 seconds, and so does a renewal", async () => {
  await insertDuePodcasts(db, ["a"]);
  const readSeconds = async () => {
    const [row] = await db.once.execute<{ seconds: number }>(sql`
      select extract(epoch from lease_expires_at - podcore_now())::float8 as seconds from podcast_crawl`);
    return row?.seconds ?? 0;
  };

  const claim = await claimOne();
  const seconds = [await readSeconds()];
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now() + interval '1 second'`);
  await renewLeases(db, [claim]);
  seconds.push(await readSeconds());

  assert.ok(
    seconds.every((it) => it > 0 && it <= 30),
    seconds.join(", "),
  );
});

for (const [name, end] of Object.entries<(claim: Claim) => Promise<unknown>>({
  recordCrawlSuccess: (claim) => recordCrawlSuccess(db, claim, SUCCESS),
  recordCrawlFailure: (claim) => recordCrawlFailure(db, claim, { error: "Status 503", isGone: false, delayMs: 1 }),
  recordUnfinishedCrawl: (claim) => recordUnfinishedCrawl(db, claim, { error: "ended", delayMs: 1 }),
  releaseLease: (claim) => releaseLease(db, claim),
  renewLeases: (claim) => renewLeases(db, [claim]),
})) {
  test(`${name}() changes the claim's own podcast, and none that is held under an equal token`, async () => {
    await insertDuePodcasts(db, ["a", "b"]);
    const [claim, other] = await claimDuePodcasts(db, { limit: 2 });
    assert.ok(claim && other && claim.leaseToken === other.leaseToken);
    const read = async (podcastId: number) => [
      ...(await db.once.execute(sql`select * from podcast_crawl where podcast_id = ${podcastId}`)),
    ];
    const before = [await read(claim.podcastId), await read(other.podcastId)];

    await end(claim);

    assert.notDeepEqual(await read(claim.podcastId), before[0]);
    assert.deepEqual(await read(other.podcastId), before[1]);
  });
}

test("a crawl that failed or did not end counts as one failure more than were claimed, and a success as none", async () => {
  await insertDuePodcasts(db, ["a"]);
  await db.once.execute(sql`update podcast_crawl set num_failures = 4`);
  const claim = await claimOne();
  const numsFailures: unknown[] = [];
  const read = async () => {
    const [row] = await db.once.execute(sql`select num_failures from podcast_crawl`);
    numsFailures.push(row?.num_failures);
  };

  await recordUnfinishedCrawl(db, claim, { error: "ended", delayMs: 1 });
  await read();
  await recordCrawlFailure(db, claim, { error: "Status 503", isGone: false, delayMs: 1 });
  await read();
  await recordCrawlSuccess(db, claim, SUCCESS);
  await read();

  assert.deepEqual(numsFailures, [5, 5, 0]);
});

test("lockLease() refuses a claim whose podcast was claimed since, whatever token another has", async () => {
  await insertDuePodcasts(db, ["a", "b"]);
  const [claim] = await claimDuePodcasts(db, { limit: 2 });
  assert.ok(claim);
  await lockLease(db, claim);
  await db.once.execute(sql`
    update podcast_crawl set lease_token = lease_token + 1 where podcast_id = ${claim.podcastId}`);

  await assert.rejects(lockLease(db, claim), LeaseLostError);
});

test("claimDuePodcasts() claims none that was taken down", async () => {
  const [podcastId = 0] = await insertDuePodcasts(db, ["a"]);
  await db.once.execute(sql`update podcast set taken_down_at = podcore_now(), taken_down_reason = 'asked for'`);

  const claims = [...(await claimDuePodcasts(db, { limit: 1 })), await claimPodcast(db, { podcastId })];

  assert.deepEqual(claims, [undefined]);
});

test("renewLeases() extends what is held, from now on", async () => {
  await insertDuePodcasts(db, ["a", "b"]);
  const claims = await claimDuePodcasts(db, { limit: 2 });
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now() + interval '1 second'`);

  await renewLeases(db, claims);

  const [row] = await db.once.execute(
    sql`select bool_and(lease_expires_at > podcore_now() + interval '20 seconds') as is_renewed from podcast_crawl`,
  );
  assert.equal(row?.is_renewed, true);
});

test("renewLeases() gives no lease to a crawl that has ended or was given back", async () => {
  await insertDuePodcasts(db, ["a", "b", "c"]);
  const claims = await claimDuePodcasts(db, { limit: 3 });
  const [succeeded, failed, released] = claims;
  assert.ok(succeeded && failed && released);
  await recordCrawlSuccess(db, succeeded, SUCCESS);
  await recordCrawlFailure(db, failed, { error: "Status 503", isGone: false, delayMs: 1 });
  await releaseLease(db, released);

  await renewLeases(db, claims);

  const rows = await db.once.execute(sql`select lease_expires_at as at from podcast_crawl`);
  assert.deepEqual(
    rows.map(({ at }) => at),
    [null, null, null],
  );
});

test("claimDuePodcasts() counts claims that ran out in a row, and leaves the podcast alone from the second on", async () => {
  const [podcastId = 0] = await insertDuePodcasts(db, ["a"]);
  const counts = [await claimOne()].map(({ numUnfinished }) => numUnfinished);
  await expireLeases();
  counts.push((await claimOne()).numUnfinished);
  await expireLeases();

  await passHostSlots(db);
  const others = [...(await claimDuePodcasts(db, { limit: 1 })), await claimPodcast(db, { podcastId })];
  const suspect = await claimSuspectPodcast(db);

  assert.deepEqual(others, [undefined]);
  assert.deepEqual([...counts, suspect?.numUnfinished], [0, 1, 2]);
});

test("claimDuePodcasts() counts no claim that was given back, and none from before an end", async () => {
  await insertDuePodcasts(db, ["a"]);
  await claimOne();
  await expireLeases();
  const counts: number[] = [];

  for (let i = 0; i < 3; i++) {
    const claim = await claimOne();
    counts.push(claim.numUnfinished);
    await releaseLease(db, claim);
  }
  await recordCrawlFailure(db, await claimOne(), { error: "Status 503", isGone: false, delayMs: 0 });
  counts.push((await claimOne()).numUnfinished);

  assert.deepEqual(counts, [1, 1, 1, 0]);
});

async function expireLeases(): Promise<void> {
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now()`);
}

test("renewLeases() passes over a podcast that is being stored", async () => {
  await insertDuePodcasts(db, ["a", "b"]);
  const claims = await claimDuePodcasts(db, { limit: 2 });
  const [stored] = claims;
  assert.ok(stored);
  await db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now() + interval '1 second'`);

  await db.once.transaction(async (tx) => {
    await lockLease(tx, stored);
    await renewLeases(db, claims);
  });

  const rows = await db.once.execute(sql`
    select podcast_id::int from podcast_crawl where lease_expires_at > podcore_now() + interval '20 seconds'`);
  assert.deepEqual(
    rows.map(({ podcast_id }) => podcast_id),
    [claims[1]?.podcastId],
  );
});

test("claimDuePodcasts() tells what the last crawl stored for the schedule", async () => {
  await insertDuePodcasts(db, ["a"]);
  const first = await claimOne();
  const arrivals = [new Date("2026-01-01T05:00:00Z"), new Date("2026-01-02T05:00:00Z")];
  const hints = { ttlMinutes: 60, skipDays: [0] };
  await recordCrawlSuccess(db, first, { ...SUCCESS, delayMs: 0, hints, arrivals, maxAgeMs: 300_000 });

  const second = await claimOne();
  await recordCrawlSuccess(db, second, { ...SUCCESS, delayMs: 0 });
  const third = await claimOne();

  assert.deepEqual([first.arrivals, first.hints, first.maxAgeMs, first.lastSucceededAt], Array(4).fill(undefined));
  assert.deepEqual([second.arrivals, second.hints, second.maxAgeMs], [arrivals, hints, 300_000]);
  assert.deepEqual([third.arrivals, third.hints, third.maxAgeMs], [arrivals, hints, undefined]);
  assert.ok(Math.abs(Number(second.lastSucceededAt) - second.claimedAt.getTime()) < 10_000);
});

test("podcore_now() lets thirty days pass, when a test says so", async () => {
  await insertDuePodcasts(db, ["a"]);
  const claim = await claimOne();
  await recordCrawlSuccess(db, claim, { ...SUCCESS, delayMs: 29 * 86_400_000 });
  const name = new URL(databaseUrl).pathname.slice(1);
  await db.once.execute(sql.raw(`alter database ${name} set podcore.now_offset = '30 days'`));
  const later = openPool({ url: databaseUrl, max: 1, applicationName: "later" });

  const claimsBefore = await claimDuePodcasts(db, { limit: 1 });
  const claimsAfter = await claimDuePodcasts(later.db, { limit: 1 });

  await later.close();
  assert.deepEqual([claimsBefore.length, claimsAfter.length], [0, 1]);
});
