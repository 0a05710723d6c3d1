import assert from "node:assert/strict";
import test from "node:test";
import { readDirectoryLink } from "../../shared/directory/directory-link.ts";

test("readDirectoryLink() reads what people share from Apple, an episode's link as its podcast's", () => {
  for (const link of [
    "https://podcasts.apple.com/us/podcast/a-show/id1234567890",
    "https://podcasts.apple.com/us/podcast/a-show/id1234567890?i=1000123456789&l=en#x",
    "podcasts.apple.com/podcast/id1234567890",
    "  https://PODCASTS.apple.com/de/podcast/%C3%BCber-uns/id1234567890/ ",
    "http://itunes.apple.com/us/podcast/a-show/id1234567890?mt=2",
    "https://geo.itunes.apple.com/us/podcast/id1234567890",
    "podcasts://podcasts.apple.com/us/podcast/a-show/id1234567890",
    "https://itunes.apple.com/WebObjects/MZStore.woa/wa/viewPodcast?id=1234567890",
  ]) {
    assert.deepEqual(readDirectoryLink(link), { kind: "apple", id: "1234567890" }, link);
  }
});

test("readDirectoryLink() knows Spotify's links", () => {
  for (const link of ["https://open.spotify.com/show/4rOoJ6Egrf8K2IrywzwOMk", "spotify:show:4rOoJ6Egrf8K2IrywzwOMk"]) {
    assert.deepEqual(readDirectoryLink(link), { kind: "spotify" });
  }
});

test("readDirectoryLink() leaves all else alone", () => {
  for (const link of [
    "https://example.com/us/podcast/a-show/id1234567890",
    "https://podcasts.apple.com.example.com/us/podcast/a-show/id1",
    "https://podcasts.apple.com@example.com/us/podcast/a-show/id1",
    "https://podcasts.apple.com/us/channel/a-channel/id1",
    "https://podcasts.apple.com/us/browse",
    "https://itunes.apple.com/us/album/an-album/id1",
    "https://anchor.fm/s/1/podcast/rss",
    "https://example.com/?u=spotify:show:1",
    "::",
    "",
  ]) {
    assert.equal(readDirectoryLink(link), undefined, link);
  }
});
