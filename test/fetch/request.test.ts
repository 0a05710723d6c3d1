import assert from "node:assert/strict";
import { test } from "node:test";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";
import { runChild } from "./run-child.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/1.2 (+https://podcore.example.com)" });

test("fetch 51: fetch() sends these headers and no other, and the path as it is", async (t) => {
  const origin = await startOrigin({ "/": { status: 302, headers: { Location: "/feed?b=%20&a=1" } } });
  t.after(origin.close);

  await fetch({ url: `${origin.url}/#top` });

  const headers = {
    host: `127.0.0.1:${origin.port}`,
    "user-agent": "podcore/1.2 (+https://podcore.example.com)",
    accept: "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    "accept-encoding": "gzip, br, zstd",
    connection: "close",
  };
  assert.deepEqual(origin.requests, [
    { method: "GET", path: "/", headers },
    { method: "GET", path: "/feed?b=%20&a=1", headers },
  ]);
});

test("fetch 50: fetch() sends no cookie back, and shows none to its caller", async (t) => {
  const headers = { "Set-Cookie": ["a=1", "b=2"], Location: "/next" };
  const origin = await startOrigin({ "/": { status: 302, headers }, "/next": { headers } });
  t.after(origin.close);

  const reply = await fetch({ url: origin.url });
  await fetch({ url: origin.url });

  assert.deepEqual(
    origin.requests.map(({ headers: { cookie } }) => cookie),
    [undefined, undefined, undefined, undefined],
  );
  assert.equal(reply.headers["set-cookie"], undefined);
  assert.equal(reply.headers.location, "/next");
});

test("fetch 52: fetch() sends the user agent and the accepted types of a request in place of its own", async (t) => {
  const origin = await startOrigin({ "/": "feed" });
  t.after(origin.close);

  await fetch({
    url: origin.url,
    userAgent: "podcore/1.2 (+https://podcore.example.com; 7 subscribers)",
    accept: "text/x",
  });

  assert.equal(origin.requests[0]?.headers["user-agent"], "podcore/1.2 (+https://podcore.example.com; 7 subscribers)");
  assert.equal(origin.requests[0]?.headers.accept, "text/x");
});

test("fetch() goes to the one port that is allowed of an address, and is led to no other", async (t) => {
  const other = await startOrigin({ "/": "secret" });
  const allowed = await startOrigin({ "/": "feed", "/away": { status: 302, headers: { Location: `${other.url}/` } } });
  t.after(other.close);
  t.after(allowed.close);
  const fetchAllowed = createFetch({ allow: [`127.0.0.1/32:${allowed.port}`], userAgent: "podcore" });

  const reply = await fetchAllowed({ url: allowed.url });
  const led = fetchAllowed({ url: `${allowed.url}/away` });

  assert.equal(reply.body.toString(), "feed");
  await assert.rejects(led, { kind: "blocked-address" });
  assert.equal(other.numConnections(), 0);
});

test("fetch() asks no proxy that the environment names", async (t) => {
  const proxy = await startOrigin({});
  t.after(proxy.close);
  const origin = await startOrigin({ "/": "feed" });
  t.after(origin.close);
  const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: "", no_proxy: "" };

  const { results } = await runChild({ urls: [origin.url], env });

  assert.deepEqual(results, [200]);
  assert.equal(proxy.numConnections(), 0);
});

test("fetch() gives the first of each header by its lower-case name, and lists whole", async (t) => {
  const raw = [
    "HTTP/1.1 200 OK",
    "X-A: 1",
    "x-a: 2",
    'Link: <https://hub.example.com/>; rel="hub"',
    'Link: <https://example.com/feed>; rel="self"',
    "__proto__: x",
    "\r\n",
  ].join("\r\n");
  const origin = await startOrigin({ "/": { raw } });
  t.after(origin.close);

  const { headers } = await fetch({ url: origin.url });

  assert.equal(headers["x-a"], "1");
  assert.equal(headers.link, '<https://hub.example.com/>; rel="hub", <https://example.com/feed>; rel="self"');
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
});

const OK = "HTTP/1.1 200 OK\r\n";
for (const [name, raw] of [
  ["control characters in a value", `${OK}X-Note: caf\x01e\x00\x1b\x7f\r\nContent-Length: 4\r\n\r\nfeed`],
  ["bare line feeds", "HTTP/1.1 200 OK\nX-Note: caf e\nContent-Length: 4\n\nfeed"],
  ["a value on two lines", `${OK}X-Note: caf\r\n e\r\nContent-Length: 4\r\n\r\nfeed`],
  [
    "a length beside chunks",
    `${OK}X-Note: caf e\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfeed\r\n0\r\n\r\n`,
  ],
] as const) {
  test(`fetch() takes a reply whose headers have ${name}`, async (t) => {
    const origin = await startOrigin({ "/": { raw } });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url });

    assert.equal(reply.body.toString(), "feed");
    assert.equal(reply.headers["x-note"]?.trim(), "caf e");
  });
}

test("fetch 49: fetch() names the host in an error, and never credentials or keys", async (t) => {
  const origin = await startOrigin({ "/": { raw: "" } });
  t.after(origin.close);
  const url = `http://user:secret@127.0.0.1:${origin.port}/?token=secret&page=2`;

  const error = await fetch({ url }).catch((reason: unknown) => reason);

  assert.ok(error instanceof Error);
  assert.equal(
    error.message,
    `Cannot fetch "http://127.0.0.1:${origin.port}/?token=***&page=2": Broken reply: socket hang up`,
  );
  assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret/);
});

const badUrls = [
  { url: "", kind: "bad-url" },
  { url: "example.com/feed", kind: "bad-url" },
  { url: "http://user:secret@", kind: "bad-url" },
  { url: "http://user:secret@exa mple.com/", kind: "bad-url" },
  { url: "ftp://user:secret@example.com/", kind: "bad-scheme" },
  { url: "file:///etc/passwd", kind: "bad-scheme" },
  { url: "feed://example.com/", kind: "bad-scheme" },
];

for (const { url, kind } of badUrls) {
  test(`fetch() refuses the URL "${url}"`, async () => {
    const error = await fetch({ url }).catch((reason: unknown) => reason);

    assert.ok(error instanceof Error && "kind" in error);
    assert.equal(error.kind, kind);
    assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret/);
  });
}

test("fetch() fails with kind connect where nothing listens, and with dns where there is no such name", async () => {
  const origin = await startOrigin({});
  await origin.close();
  const resolve = async () => {
    throw new Error("queryA ENOTFOUND gone.example.com");
  };
  const fetchByName = createFetch({ allow: [], userAgent: "podcore/test", resolve });

  await assert.rejects(fetch({ url: origin.url }), { kind: "connect", message: /ECONNREFUSED/ });
  await assert.rejects(fetchByName({ url: "http://gone.example.com/" }), { kind: "dns", message: /ENOTFOUND/ });
});
