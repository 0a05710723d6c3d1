import assert from "node:assert/strict";
import test from "node:test";
import { escapeControls, redactFields, redactText } from "../../shared/log/redact.ts";

const SECRET = "hunter2";

for (const [what, text, expected] of [
  [
    "userinfo of a feed's URL",
    "Fetch https://me:hunter2@example.com/feed.xml",
    "Fetch https://***@example.com/feed.xml",
  ],
  ["userinfo without a password", "https://hunter2@example.com/", "https://***@example.com/"],
  ["userinfo of a database's URL", "postgres://app:hunter2@db:5432/podcore", "postgres://***@db:5432/podcore"],
  ["a password that holds @", "https://me:p@hunter2@example.com/", "https://***@example.com/"],
  [
    "a password that holds / and ?",
    'Cannot fetch "https://me:/hunter2?@example.com/"',
    'Cannot fetch "https://***@example.com/"',
  ],
  [
    "userinfo in an encoded URL",
    "/add?url=https%3A%2F%2Fme%3Ahunter2%40example.com",
    "/add?url=https%3A%2F%2F***%40example.com",
  ],
  [
    "a token in a query",
    "https://example.com/f?id=7&token=hunter2&page=2",
    "https://example.com/f?id=7&token=***&page=2",
  ],
  ["a key in a query", "https://example.com/f?key=hunter2#top", "https://example.com/f?key=***#top"],
  [
    "a signed URL",
    "https://example.com/f?X-Amz-Signature=hunter2&b=1",
    "https://example.com/f?X-Amz-Signature=***&b=1",
  ],
  [
    "parameters between semicolons",
    "https://example.com/f?id=7;sig=hunter2;b=1",
    "https://example.com/f?id=7;sig=***;b=1",
  ],
  ["a key that holds a semicolon", "https://example.com/f?key=a;hunter2&b=1", "https://example.com/f?key=***&b=1"],
  ["a nested parameter", "https://example.com/?user[password]=hunter2", "https://example.com/?user[password]=***"],
  ["a bearer token", "sent Bearer hunter2, refused", "sent Bearer ***, refused"],
  ["basic credentials", "sent basic hunter2==", "sent basic ***"],
  ["a header", "Authorization: Digest username=me, response=hunter2\nHost: a", "Authorization: ***\nHost: a"],
  ["a cookie", "set-cookie: a=hunter2; b=hunter2", "set-cookie: ***"],
  ["a password in JSON", '{"name":"me","password":"hunter2"}', '{"name":"me","password":"***"}'],
  ["a connection string", "host=db password=hunter2 user=app", "host=db password=*** user=app"],
  [
    "a failed query's parameters",
    "Failed query: select $1\nparams: me,hunter2\nmore",
    "Failed query: select $1\nparams: ***",
  ],
] as const) {
  test(`redactText() masks ${what}`, () => {
    const redacted = redactText(text);

    assert.equal(redacted, expected);
    assert.ok(!redacted.includes(SECRET));
  });
}

for (const text of [
  "Looking up podcast",
  "https://example.com:8080/@user/feed.xml?id=7&author=me#top",
  "duplicate key value violates unique constraint",
  "password authentication failed for user",
  "Mail me@example.com, 12:30",
]) {
  test(`redactText() leaves ${JSON.stringify(text)} alone`, () => {
    assert.equal(redactText(text), text);
  });
}

test("redactText() cuts long text, and no credential escapes at the cut", () => {
  const text = `${"a".repeat(1_980)} https://me:hunter2@example.com/`;

  const redacted = redactText(text);

  assert.equal(redacted, `${"a".repeat(1_980)} https://***…`);
});

test("redactFields() masks text by its name, and keeps counts, ids and the other types", () => {
  const at = new Date(0);

  const pairs = redactFields({
    password: "hunter2",
    accessToken: "hunter2",
    api_key: "hunter2",
    set_cookie: ["hunter2"],
    dsn: "hunter2",
    request_id: "59a1",
    num_tokens: "7",
    token_count: 7,
    id: 1n,
    at,
    is_new: true,
    missing: undefined,
    urls: ["https://me:hunter2@example.com/"],
  });

  assert.deepEqual(pairs, [
    ["password", "***"],
    ["accessToken", "***"],
    ["api_key", "***"],
    ["set_cookie", "***"],
    ["dsn", "***"],
    ["request_id", "59a1"],
    ["num_tokens", "7"],
    ["token_count", 7],
    ["id", 1n],
    ["at", at],
    ["is_new", true],
    ["urls", ["https://***@example.com/"]],
  ]);
});

test("redactFields() keeps the first twenty of many values", () => {
  const urls = Array.from({ length: 25 }, (_, i) => `u${i}`);

  const [pair] = redactFields({ urls });

  assert.deepEqual(pair?.[1], [...urls.slice(0, 20), "… 5 more"]);
});

test("escapeControls() escapes line ends, terminal sequences and bidi overrides, and no letters", () => {
  const escaped = escapeControls("a\r\n\t\x1b[2J\x9b\u2028\u202eé世😀");

  assert.equal(escaped, "a\\r\\n\\t\\x1b[2J\\x9b\\u2028\\u202eé世😀");
});
