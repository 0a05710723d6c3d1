import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { withinFeedMemory } from "../../shared/crawl/feed-memory.ts";
import { maxInflatedBytes } from "../../shared/feed/xml/inflated-body.ts";

const MB = 1_000_000;

test("withinFeedMemory() lets in what is small enough together, and each in its turn", async () => {
  const inside = new Map<string, () => void>();
  const come = (name: string, numBytes: number) =>
    withinFeedMemory({ numBytes }, () => new Promise<void>((leave) => inside.set(name, leave)));
  const leave = async (name: string) => {
    inside.get(name)?.();
    inside.delete(name);
    // The next is let in within the same turn of the loop.
    await new Promise((wake) => setImmediate(wake));
    return [...inside.keys()];
  };

  const visits = [come("a", 5 * MB), come("b", 5 * MB), come("huge", 90 * MB), come("c", 1 * MB)];
  await new Promise((wake) => setImmediate(wake));
  const steps = [[...inside.keys()], await leave("a"), await leave("b"), await leave("huge")];
  await leave("c");
  await Promise.all(visits);

  assert.deepEqual(steps, [["a", "b"], ["b"], ["huge"], ["c"]]);
});

test("withinFeedMemory() makes room again, when the work fails", async () => {
  await assert.rejects(
    withinFeedMemory({ numBytes: 90 * MB }, () => Promise.reject(new Error("No"))),
    /No/,
  );

  assert.equal(await withinFeedMemory({ numBytes: 90 * MB }, async () => "in"), "in");
});

test("withinFeedMemory() lets in one gzip file at a time, however small", async () => {
  const files = [gzipSync("<rss/>"), gzipSync("<rss/>"), Buffer.from("<rss/>")];
  let numInside = 0;
  let most = 0;

  await Promise.all(
    files.map((body) =>
      withinFeedMemory({ numBytes: maxInflatedBytes(body) }, async () => {
        numInside++;
        most = Math.max(most, numInside);
        await new Promise((wake) => setImmediate(wake));
        numInside--;
      }),
    ),
  );

  assert.equal(most, 1);
});
