import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { withinFeedMemory } from "../../shared/crawl/feed-memory.ts";
import { maxInflatedBytes } from "../../shared/feed/xml/inflated-body.ts";
import { madeUpFeeds } from "../bench/feeds.ts";

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

test("six gzip feeds of 12 MB at once take at most 400 MB", { timeout: 300_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "podcore-"));
  after(() => rm(folder, { recursive: true }));
  const [warmUp = "", feed = ""] = [50, 5_500].flatMap((numItems) => madeUpFeeds({ numFeeds: 1, numItems }));
  const [warmUpFile, zipped] = [join(folder, "warm-up.xml"), join(folder, "feed.xml.gz")];
  await writeFile(warmUpFile, warmUp);
  await writeFile(zipped, gzipSync(feed));

  const child = join(import.meta.dirname, "../bench/worst-child.ts");
  const files = [warmUpFile, ...Array<string>(6).fill(zipped)];
  const { stdout } = await promisify(execFile)(process.execPath, [child, ...files]);

  const { addedMb } = JSON.parse(stdout);
  t.diagnostic(`${Math.round(addedMb)} MB`);
  assert.ok(
    Buffer.byteLength(feed) > 12 * MB && addedMb < 400,
    `${addedMb} MB for six feeds of ${Buffer.byteLength(feed)} bytes`,
  );
});
