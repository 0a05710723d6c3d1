import assert from "node:assert/strict";
import { test } from "node:test";
import { redactPaths, redactUrl } from "../../shared/fetch/redact.ts";

const cases: [url: string, redacted: string][] = [
  ["https://example.com/feed?page=2", "https://example.com/feed?page=2"],
  ["https://user:pass@example.com/feed", "https://example.com/feed"],
  ["https://user@example.com", "https://example.com"],
  ["https://us@er:p@ss@example.com/a@b", "https://example.com/a@b"],
  ["https:user:pass@example.com/", "https:example.com/"],
  ["https:\\\\user:pass@example.com/", "https:\\\\example.com/"],
  ["  https:///user:pass@example.com/", "  https:///example.com/"],
  ["https://user:pa\nss@example.com/", "https://example.com/"],
  ["user:pass@example.com/feed", "user:example.com/feed"],
  ["//user:pass@example.com/feed", "//example.com/feed"],
  ["https://user:pass@[bad/feed", "https://[bad/feed"],
  ["https://user:pass@example.com?x=a@b", "https://example.com?x=a@b"],
  ["https://example.com/?token=abc&a=1&api_key=x;sig=y", "https://example.com/?token=***&a=1&api_key=***;sig=***"],
  ["https://example.com/?Password=a&AUTH=b&p%61ssword=c", "https://example.com/?Password=***&AUTH=***&p%61ssword=***"],
  ["https://example.com/?%zz=1&token=", "https://example.com/?%zz=1&token=***"],
  ["https://example.com/#token=abc", "https://example.com/"],
  ["not a url", "not a url"],
  ["", ""],
];

for (const [url, redacted] of cases) {
  test(`redactUrl() makes ${JSON.stringify(url)} safe to log`, () => {
    assert.equal(redactUrl(url), redacted);
  });
}

test("redactPaths() leaves the hosts of all web addresses in a text, and nothing behind them", () => {
  assert.equal(
    redactPaths(
      'Cannot fetch "https://x.example.com:8080/secret?a=1#b": HTTP://Y.example.com?secret and http://z.example.com.',
    ),
    'Cannot fetch "https://x.example.com:8080/***": HTTP://Y.example.com/*** and http://z.example.com./***',
  );
  assert.equal(redactPaths("Error fetching podcast feed."), "Error fetching podcast feed.");
});

test("redactUrl() tells nothing but the host of a private feed", () => {
  for (const [url, shown] of [
    ["https://user:pass@x.example.com:8080/secret?a=1#b", "https://x.example.com:8080/***"],
    ["x.example.com/secret", "x.example.com/***"],
    ["//x.example.com?secret", "//x.example.com/***"],
    ["https:\\\\x.example.com\\secret\nsecret", "https:\\\\x.example.com/***"],
  ] as const) {
    assert.equal(redactUrl(url, { isPrivate: true }), shown);
  }
});

test("redactUrl() cuts what is long, and shows nothing of a password that it cut", () => {
  const long = "x".repeat(100_000);

  assert.equal(redactUrl(`https://a.example/${long}`), `https://a.example/${"x".repeat(1_982)}...`);
  assert.equal(redactUrl(`https://user:${long}@a.example/`), "https://...");
  assert.equal(redactUrl(`https://user:${long}@a.example/`, { isPrivate: true }), "https:///***");
  assert.equal(redactUrl(`https://a.example/?token=${long}`), "https://a.example/?token=***...");
});
