import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCredentials, normalizeFeedUrl } from "../../shared/fetch/feed-url.ts";

const accepted: [input: string, url: string][] = [
  ["https://example.com/feed.xml", "https://example.com/feed.xml"],
  ["http://example.com/feed.xml", "http://example.com/feed.xml"],
  ["  https://example.com/feed.xml\n", "https://example.com/feed.xml"],
  ["example.com/feed.xml", "https://example.com/feed.xml"],
  ["example.com:8080/feed.xml", "https://example.com:8080/feed.xml"],
  ["localhost:8080", "https://localhost:8080/"],
  ["//example.com/feed.xml", "https://example.com/feed.xml"],
  ["HTTPS://EXAMPLE.com/Feed.XML?A=B", "https://example.com/Feed.XML?A=B"],
  ["https://example.com./feed", "https://example.com/feed"],
  ["https://user:pass@EXAMPLE.com.:8080/feed", "https://user:pass@example.com:8080/feed"],
  ["https://127.0.0.1./feed", "https://127.0.0.1/feed"],
  ["https://example.com:443/feed", "https://example.com/feed"],
  ["http://example.com:80/feed", "http://example.com/feed"],
  ["http://example.com:443/feed", "http://example.com:443/feed"],
  ["https://example.com/feed#latest", "https://example.com/feed"],
  ["https://example.com/feed?#", "https://example.com/feed?"],
  ["https://user:p%40ss@example.com/feed", "https://user:p%40ss@example.com/feed"],
  ["feed://example.com/feed.xml", "https://example.com/feed.xml"],
  ["feed:https://example.com/feed.xml", "https://example.com/feed.xml"],
  ["feed:http://example.com/feed.xml", "http://example.com/feed.xml"],
  ["feed://https://example.com/feed.xml", "https://example.com/feed.xml"],
  ["FEED://example.com", "https://example.com/"],
  ["podcast://example.com/feed.xml", "https://example.com/feed.xml"],
  ["itpc://example.com:8080/feed.xml", "https://example.com:8080/feed.xml"],
  ["pcast://user:pass@example.com/feed.xml", "https://user:pass@example.com/feed.xml"],
  ["https://ex\u00e4mple.com/f\u00e9ed", "https://xn--exmple-cua.com/f%C3%A9ed"],
];

for (const [input, url] of accepted) {
  test(`normalizeFeedUrl() makes ${JSON.stringify(input)} ${url}`, () => {
    assert.equal(normalizeFeedUrl(input), url);
    assert.equal(normalizeFeedUrl(url), url);
  });
}

const refused = [
  "",
  "   ",
  "https://",
  "http://[1",
  "ftp://example.com/feed",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "data:text/xml,<rss/>",
  "feed:file:///etc/passwd",
  "feed://",
  "two words",
  "https://example.com:99999/",
];

for (const input of refused) {
  test(`normalizeFeedUrl() refuses ${JSON.stringify(input)}`, () => {
    assert.throws(() => normalizeFeedUrl(input), { status: 400, message: `Cannot use "${input}" as a feed URL` });
  });
}

test("normalizeFeedUrl() refuses an e-mail address with its scheme", () => {
  assert.throws(() => normalizeFeedUrl("mailto:someone@example.com"), { status: 400 });
});

test("normalizeFeedUrl() does not repeat credentials in its refusal", () => {
  assert.throws(() => normalizeFeedUrl("https://user:secret@example.com:99999/?token=secret"), {
    message: 'Cannot use "https://example.com:99999/?token=***" as a feed URL',
  });
});

test("normalizeFeedUrl() refuses what is over 2 000 characters", () => {
  const path = "x".repeat(2_000);

  assert.throws(() => normalizeFeedUrl(`https://user:secret@example.com/${path}`), {
    status: 400,
    message: `Cannot use "https://example.com/${path.slice(0, 80)}..." as a feed URL: it is over 2000 characters`,
  });
});

test("normalizeFeedUrl() refuses a host that is longer than any DNS name", () => {
  const label = "x".repeat(63);

  assert.equal(normalizeFeedUrl(`https://${label}.${label}.example/`), `https://${label}.${label}.example/`);
  for (const host of [`${label}x.example`, `${label}.${label}.${label}.${label}.example`, "語".repeat(64)]) {
    assert.throws(() => normalizeFeedUrl(`https://${host}/`), { status: 400 }, host);
    assert.throws(() => normalizeFeedUrl(`https:\\\\user@${host}:80?a`), { status: 400 }, host);
  }
});

test("hasCredentials() sees a user name or a password", () => {
  assert.equal(hasCredentials("https://user:pass@example.com/"), true);
  assert.equal(hasCredentials("https://user@example.com/"), true);
  assert.equal(hasCredentials("https://:pass@example.com/"), true);
  assert.equal(hasCredentials("https://example.com/@user"), false);
  assert.equal(hasCredentials("example.com"), false);
});
