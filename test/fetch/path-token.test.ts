import assert from "node:assert/strict";
import test from "node:test";
import { carriesSecret } from "../../shared/fetch/feed-url.ts";
import { findPathToken } from "../../shared/fetch/path-token.ts";

for (const { path, token } of [
  { path: "feeds/j302h20ihio23jq8Lw", token: "j302h20ihio23jq8Lw" },
  { path: "podcast/auth/8fj3kd92ldk3", token: "8fj3kd92ldk3" },
  { path: "private/k3j9d8f7/rss", token: "k3j9d8f7" },
  { path: "feed/1f2e3d4c-1111-4222-8333-444455556666.xml", token: "1f2e3d4c-1111-4222-8333-444455556666" },
  { path: "rss/d41d8cd98f00b204e9800998ecf8427e.xml", token: "d41d8cd98f00b204e9800998ecf8427e" },
  { path: "x/QmFzZTY0-dXJs_c2FmZQ/feed", token: "QmFzZTY0-dXJs_c2FmZQ" },
  { path: "feeds/wvbnmqrtzxcvbnml", token: "wvbnmqrtzxcvbnml" },
]) {
  test(`findPathToken() finds the token in /${path}`, () => {
    assert.equal(findPathToken(`https://example.com/${path}`), token);
  });
}

for (const path of [
  "feed.xml",
  "99percentinvisible2024/feed",
  "TheJoeRoganExperienceExtra2024/feed.xml",
  "s01e01-the-100-best-90s-songs-of-2020-and-1999/rss",
  "programmes/p02nq0gn/episodes/downloads.rss",
  "show/1234567890123456/feed",
  "private/feed.xml",
  "donaudampfschifffahrtsgesellschaft/rss.xml",
  "2026-03-02t10-00-00z/feed",
]) {
  test(`findPathToken() finds none in /${path}`, () => {
    assert.equal(findPathToken(`https://example.com/${path}`), undefined);
  });
}

for (const url of [
  "https://feeds.simplecast.com/54nAGcIl",
  "https://feeds.megaphone.fm/WWO3519750118",
  "https://feeds.acast.com/public/shows/3d2b1f8e-0000-4a5b-8c6d-7e8f90a1b2c3",
  "https://anchor.fm/s/1a2b3c4d5e6f7a8b/podcast/rss",
  "https://feeds.buzzsprout.com/1234567.rss",
  "https://feeds.redcircle.com/1f2e3d4c-1111-4222-8333-444455556666",
  "https://www.omnycontent.com/d/playlist/1f2e3d4c-1111-4222-8333-444455556666/1f2e3d4c-1111-4222-8333-444455556667/1f2e3d4c-1111-4222-8333-444455556668/podcast.rss",
  "https://feeds.soundcloud.com/users/soundcloud:users:123456789/sounds.rss",
]) {
  test(`findPathToken() finds none in what a host gives to everybody: ${url}`, () => {
    assert.equal(findPathToken(url), undefined);
    assert.equal(carriesSecret(url), false);
  });
}

for (const url of [
  "https://blah.supercast.tech/feeds/39h2jijlkfsdh",
  "https://show.supportingcast.fm/content/abc.rss",
  "https://www.patreon.com/rss/show?auth=abc",
  "https://show.memberful.com/rss/1?auth=abc",
  "https://anchor.fm/s/1a2b3c/podcast/auth/abc",
  "https://private.captivate.fm/a/b",
  "https://feeds.acast.com/private/shows/a",
]) {
  test(`carriesSecret() knows what a host gives to one subscriber: ${url}`, () => {
    assert.equal(carriesSecret(url), true);
  });
}

test("findPathToken() reads a URL of any shape in linear time", () => {
  const startMs = performance.now();
  for (const part of ["a1".repeat(1_000), "-".repeat(1_990), "/".repeat(1_990), "aA1-".repeat(490)]) {
    for (let i = 0; i < 20; i += 1) findPathToken(`https://example.com/${part}`);
  }

  // Some 10 ms in fact.
  assert.ok(performance.now() - startMs < 2_000);
});
