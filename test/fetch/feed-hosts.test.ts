import assert from "node:assert/strict";
import test from "node:test";
import { HOSTER_RATES, hostKeyOf } from "../../shared/fetch/feed-hosts.ts";

for (const [feedUrl, host] of [
  ["https://feeds.example.com/a.xml", "feeds.example.com"],
  ["http://user:secret@FEEDS.Example.com:8080/a.xml", "feeds.example.com"],
  ["https://show.libsyn.com/rss", "libsyn.com"],
  ["https://libsyn.com/rss", "libsyn.com"],
  ["https://a.b.omny.fm/rss", "omnycontent.com"],
  ["https://notlibsyn.com/rss", "notlibsyn.com"],
  ["https://libsyn.com.example.com/rss", "libsyn.com.example.com"],
  ["https://[2001:db8::1]/rss", "[2001:db8::1]"],
  ["not a URL", ""],
  [`https://${"a.".repeat(500)}example.com/`, `${"a.".repeat(121)}example.com`.slice(-253)],
] as const) {
  test(`hostKeyOf() counts ${feedUrl.slice(0, 60)} as ${host.slice(0, 60)}`, () => {
    assert.equal(hostKeyOf(feedUrl), host);
  });
}

test("every known hoster takes some requests a second", () => {
  const rates = Object.values(HOSTER_RATES);

  assert.ok(rates.length > 30 && rates.every((rate) => rate > 0));
});
