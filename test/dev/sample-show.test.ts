import assert from "node:assert/strict";
import test from "node:test";
import { readConfig } from "../../shared/config.ts";
import { createSampleShow } from "../../shared/dev/sample-show.ts";
import { readFeed } from "../../shared/feed/read-feed.ts";

const development = { PODCORE_ENV: "development", HOST: "127.0.0.1", PORT: "8080" };
const show = (environment = {}) => createSampleShow(readConfig({ ...development, ...environment }));

test("createSampleShow() serves a feed of episodes that are there, as long as it says", async () => {
  const sample = show();

  const reply = sample?.reply({ path: "/sample/feed.xml" });
  const feed = await readFeed({
    body: Buffer.from(reply?.body ?? ""),
    contentType: reply?.headers["content-type"],
    url: "http://127.0.0.1:8080/sample/feed.xml",
  });

  assert.equal(feed.episodes.length, 3);
  for (const { mediaUrl, mediaBytes, chapters } of feed.episodes) {
    const media = sample?.reply({ path: new URL(mediaUrl).pathname });
    assert.equal(media?.headers["content-type"], "audio/wav");
    assert.equal(media?.body.length, mediaBytes);
    assert.equal(chapters.length, 3);
  }
});

test("createSampleShow() sends parts of an episode, which lets a player skip", () => {
  const whole = show()?.reply({ path: "/sample/1.wav" })?.body ?? "";
  const part = show()?.reply({ path: "/sample/1.wav", range: "bytes=44-99" });
  const rest = show()?.reply({ path: "/sample/1.wav", range: "bytes=1000-" });
  const beyond = show()?.reply({ path: "/sample/1.wav", range: "bytes=9999999-" });

  assert.deepEqual([part?.status, part?.headers["content-range"]], [206, `bytes 44-99/${whole.length}`]);
  assert.deepEqual(part?.body, whole.slice(44, 100));
  assert.deepEqual([rest?.status, rest?.body.length], [206, whole.length - 1000]);
  assert.equal(beyond?.status, 416);
});

test("createSampleShow() allows its own port alone, and is left out where it could not be added", () => {
  assert.equal(show()?.allow, "127.0.0.1/32:8080");
  assert.equal(show({ HOST: "0.0.0.0" })?.allow, "127.0.0.1/32:8080");
  assert.equal(show({ HOST: "192.168.1.7" })?.allow, "192.168.1.7/32:8080");
  for (const environment of [{ PODCORE_ENV: "production" }, { PORT: "6000" }, { PORT: "0" }, { HOST: "::1" }])
    assert.equal(show(environment), undefined);
});
