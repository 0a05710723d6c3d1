import assert from "node:assert/strict";
import { test } from "node:test";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { present } from "../../shared/present.ts";
import { type Handler, type Origin, type Reply, startOrigin } from "../support/origin.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/test" });

const verbatim = [
  {
    name: "fetch 1: fetch() echoes ETag and Last-Modified",
    etag: '"a"',
    lastModified: "Sun, 06 Nov 1994 08:49:37 GMT",
  },
  { name: "fetch 2: fetch() keeps the W/ of a weak ETag", etag: 'W/"a"' },
  { name: "fetch 3: fetch() does not quote an unquoted ETag", etag: "abc" },
  { name: "fetch 4: fetch() keeps the suffix -gzip", etag: '"a-gzip"' },
  { name: "fetch 4: fetch() keeps the suffix ;gzip", etag: '"a;gzip"' },
  { name: "fetch 13: fetch() echoes an unreadable Last-Modified", lastModified: "yesterday  or so" },
  { name: "fetch 13: fetch() echoes a Last-Modified to come", lastModified: "Sun, 06 Nov 2094 08:49:37 GMT" },
  { name: "fetch 1: fetch() echoes bytes beyond ASCII", etag: '"caf\xe9\xff\x80"', lastModified: "\xc3\xa9" },
];

for (const { name, etag, lastModified } of verbatim) {
  test(name, async (t) => {
    const origin = await startOrigin(revalidate({ ETag: etag, "Last-Modified": lastModified }));
    t.after(origin.close);

    const first = await fetch({ url: origin.url });
    const second = await fetch({ url: origin.url, ...present({ etag: first.etag, lastModified: first.lastModified }) });

    assert.equal(first.etag, etag);
    assert.equal(first.lastModified, lastModified);
    assert.equal(first.body.toString(), "feed");
    assert.equal(origin.requests[0]?.headers["if-none-match"], undefined);
    assert.equal(origin.requests[1]?.headers["if-none-match"], etag);
    assert.equal(origin.requests[1]?.headers["if-modified-since"], lastModified);
    assert.equal(second.status, 304);
    assert.equal(second.body.length, 0);
  });
}

test("fetch 9: fetch() refuses a 304 to an unconditional request", async (t) => {
  const origin = await startOrigin({ "/": { status: 304 } });
  t.after(origin.close);

  const reply = fetch({ url: origin.url });

  await assert.rejects(reply, { kind: "bad-reply", message: /304/ });
});

test("fetch 10: fetch() ignores the body of a 304", async (t) => {
  const raw = 'HTTP/1.1 304 Not Modified\r\nETag: "b"\r\nContent-Length: 5\r\n\r\nhello';
  const origin = await startOrigin({ "/": { raw } });
  t.after(origin.close);

  const reply = await fetch({ url: origin.url, etag: '"a"' });

  assert.equal(reply.status, 304);
  assert.equal(reply.etag, '"b"');
  assert.equal(reply.body.length, 0);
});

test("fetch 11: fetch() takes the first of several ETags", async (t) => {
  const raw = 'HTTP/1.1 200 OK\r\nETag: "first"\r\netag: "second"\r\nContent-Length: 0\r\n\r\n';
  const origin = await startOrigin({ "/": { raw } });
  t.after(origin.close);

  const reply = await fetch({ url: origin.url });

  assert.equal(reply.etag, '"first"');
  assert.equal(reply.headers.etag, '"first"');
});

test("fetch 12: fetch() drops an ETag over 8 KiB, and never sends one", async (t) => {
  const etag = `"${"a".repeat(9000)}"`;
  const origin = await startOrigin({ "/": { headers: { ETag: etag } } });
  t.after(origin.close);

  const reply = await fetch({ url: origin.url, etag });

  assert.equal(reply.etag, undefined);
  assert.equal(origin.requests[0]?.headers["if-none-match"], undefined);
});

test("fetch() sends no validator that would break out of its header", async (t) => {
  const origin = await startOrigin({ "/": "feed" });
  t.after(origin.close);

  await fetch({ url: origin.url, etag: '"a"\r\nX-Injected: 1', lastModified: "\u20ac" });

  assert.equal(origin.requests[0]?.headers["if-none-match"], undefined);
  assert.equal(origin.requests[0]?.headers["x-injected"], undefined);
  assert.equal(origin.requests[0]?.headers["if-modified-since"], undefined);
});

const sentTo = (origin: Origin) =>
  origin.requests.map(({ path, headers }) => [path, headers["if-none-match"], headers["if-modified-since"]]);

test("fetch() sends validators to the URL that gave them and to no other of a chain", async (t) => {
  const script: Record<string, Reply> = { "/": redirectTo("/new"), "/new": { headers: { ETag: '"a"' }, body: "feed" } };
  const origin = await startOrigin(script);
  t.after(origin.close);
  const given = { etag: '"a"', lastModified: "yesterday" };

  const first = await fetch({ url: origin.url, ...given, validatorsUrl: `${origin.url}/other` });
  script["/new"] = { status: 304 };
  const second = await fetch({ url: origin.url, ...given, validatorsUrl: `${origin.url}/new#top` });

  assert.deepEqual([first.status, second.status], [200, 304]);
  assert.deepEqual(sentTo(origin), [
    ["/", undefined, undefined],
    ["/new", undefined, undefined],
    ["/", undefined, undefined],
    ["/new", '"a"', "yesterday"],
  ]);
});

test("fetch 9: fetch() refuses a 304 from a URL that got none of the validators", async (t) => {
  const origin = await startOrigin({ "/": redirectTo("/new"), "/new": { status: 304 } });
  t.after(origin.close);

  const reply = fetch({ url: origin.url, etag: '"a"' });

  await assert.rejects(reply, { kind: "bad-reply", message: /304/ });
  assert.deepEqual(sentTo(origin), [
    ["/", '"a"', undefined],
    ["/new", undefined, undefined],
  ]);
});

function redirectTo(location: string): Reply {
  return { status: 302, headers: { Location: location } };
}

/** Answers 200 with the validators, and 304 when exactly they come back. */
function revalidate(validators: Record<string, string | undefined>): Handler {
  const given = Object.entries(validators).filter(([, value]) => value !== undefined);
  const headers = Object.fromEntries(given) as Record<string, string>; // the undefined ones were dropped above
  return (request, response) => {
    const { "if-none-match": etag, "if-modified-since": lastModified } = request.headers;
    const isFresh = etag === headers.ETag && lastModified === headers["Last-Modified"];
    response.writeHead(isFresh ? 304 : 200, headers).end(isFresh ? undefined : "feed");
  };
}
