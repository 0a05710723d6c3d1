import assert from "node:assert/strict";
import test, { after } from "node:test";
import { sendPing, startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { LOOPBACK } from "../../support/loopback.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertDuePodcasts } from "../../support/rows.ts";

const BUDGET_MS = 8_000;
// Longer than a second, so that requests to the host overlap.
const REPLY_MS = 1_500;

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const environment = {
  DATABASE_URL: databaseUrl,
  PODCORE_FETCH_ALLOW: LOOPBACK.join(","),
  PODCORE_TICK_BUDGET_MS: String(BUDGET_MS),
};

test("fetch 75: two crawlers together ask a host of sixty feeds twice at once and once a second, and delay no other", async () => {
  let numOpen = 0;
  let maxOpen = 0;
  const asked: { isOther: boolean; ms: number }[] = [];
  const origin = await startOrigin((request, response) => {
    const isOther = request.url?.startsWith("/other") === true;
    asked.push({ isOther, ms: performance.now() });
    const answer = () => response.end(rss({ title: request.url ?? "" }));
    if (isOther) return void answer();
    numOpen += 1;
    maxOpen = Math.max(maxOpen, numOpen);
    setTimeout(() => {
      numOpen -= 1;
      answer();
    }, REPLY_MS);
  });
  after(origin.close);
  const urls = (num: number, path: string) => Array.from({ length: num }, (_, i) => `${origin.url}/${path}-${i}`);
  await insertDuePodcasts(db, urls(60, "feed"), { host: "feeds.example.com" });
  await insertDuePodcasts(db, urls(10, "other"));
  const processes = await Promise.all([0, 1].map(() => startArtifact({ name: "tick-crawl", environment })));

  const replies = await Promise.all(processes.map(({ url }) => sendPing(url)));

  const ofHost = asked.filter(({ isOther }) => !isOther);
  const lastOther = asked.findLastIndex(({ isOther }) => isOther);
  const elapsedMs = (ofHost.at(-1)?.ms ?? 0) - (ofHost[0]?.ms ?? 0);
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(maxOpen, 2);
  assert.ok(ofHost.length >= 4 && ofHost.length <= 9, `${ofHost.length} of the host were asked`);
  assert.ok(elapsedMs > (ofHost.length - 1.5) * 1_000, `${ofHost.length} in ${elapsedMs} ms`);
  assert.equal(asked.length - ofHost.length, 10);
  assert.ok(lastOther < 12 + 1, `the last other came at place ${lastOther}`);
  for (const { stop } of processes) assert.equal(await stop(), 0);
});
