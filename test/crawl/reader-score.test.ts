import assert from "node:assert/strict";
import { test } from "node:test";
import { sendPing, startArtifact } from "../support/artifact.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { createDatabase } from "../support/postgres.ts";
import { scoreCrawler } from "../support/reader-score.ts";

// The same over 1,000 feeds and 30 days: npm run bench -- reader-score.
test("the crawl tick breaks no rule of the feed reader score over 40 feeds, three days and four restarts", async () => {
  const score = await scoreCrawler({
    databaseUrl: await createDatabase(),
    numFeeds: 40,
    numDays: 3,
    numRestarts: 4,
    fetchAllow: LOOPBACK.join(","),
    start: async (environment) => {
      const { url, stop } = await startArtifact({ name: "tick-crawl", environment });
      return { tick: async () => (await sendPing(url)).text(), stop };
    },
  });

  const { numRequests, numNotModified, numEpisodes, ...counts } = score;
  assert.deepEqual(counts, {
    ...{
      numFeeds: 40,
      numDays: 3,
      numRestarts: 4,
      numMonthly: 0,
      numUnconditional: 0,
      numInvented: 0,
      numCookies: 0,
      numReferers: 0,
    },
    ...{ numOtherUrls: 0, numEarly: 0, numInSkippedHours: 0, numOtherUserAgents: 0 },
  });
  // So that zeros do not come from doing nothing.
  assert.ok(numRequests >= 80 && numNotModified > 0 && numEpisodes > 500, JSON.stringify(score));
});
