import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { type Origin, type Reply, startOrigin } from "../support/origin.ts";
import { authority, goodCert, key } from "./certificates.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/test" });

before(() => setDefaultCACertificates([...getCACertificates(), authority]));

for (const status of [301, 308]) {
  test(`fetch 31: fetch() follows a ${status} and says where it leads for good`, async (t) => {
    const origin = await startOrigin({ "/": to("/new?a=1", status), "/new": "feed" });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url });

    assert.equal(reply.body.toString(), "feed");
    assert.equal(reply.url, `${origin.url}/new?a=1`);
    assert.equal(reply.permanentUrl, `${origin.url}/new?a=1`);
    assert.deepEqual(reply.redirects, [{ status, url: `${origin.url}/new?a=1` }]);
  });
}

for (const status of [302, 303, 307]) {
  test(`fetch 33: fetch() follows a ${status}, which is not for good`, async (t) => {
    const origin = await startOrigin({ "/": to("/new", status), "/new": "feed" });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url });

    assert.equal(reply.url, `${origin.url}/new`);
    assert.equal(reply.permanentUrl, undefined);
  });
}

test("fetch() posts a form, and repeats it where a 307 or 308 says", async (t) => {
  const posted: (string | undefined)[][] = [];
  const origin = await startOrigin({
    "/307": to("/308", 307),
    "/308": to("/new", 308),
    "/new": (request, response) => {
      void text(request).then((body) => {
        posted.push([request.method, request.headers["content-type"], body]);
        response.end("taken");
      });
    },
  });
  t.after(origin.close);

  const reply = await fetch({ url: `${origin.url}/307`, form: new URLSearchParams({ a: "1 2", b: "ü" }) });

  assert.equal(reply.body.toString(), "taken");
  assert.deepEqual(posted, [["POST", "application/x-www-form-urlencoded", "a=1+2&b=%C3%BC"]]);
});

for (const status of [301, 302, 303]) {
  test(`fetch() does not follow a ${status} with a form`, async (t) => {
    const origin = await startOrigin({ "/": to("/new", status), "/new": "feed" });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url, form: new URLSearchParams({ a: "1" }) });

    assert.equal(reply.status, status);
    assert.equal(origin.requests.length, 1);
  });
}

test("fetch 34: fetch() takes a chain as permanent only if each hop is", async (t) => {
  const origin = await startOrigin({
    "/mixed": to("/half", 301),
    "/half": to("/new", 302),
    "/all": to("/rest", 308),
    "/rest": to("/new", 301),
    "/new": "feed",
  });
  t.after(origin.close);

  const mixed = await fetch({ url: `${origin.url}/mixed` });
  const all = await fetch({ url: `${origin.url}/all` });
  const none = await fetch({ url: `${origin.url}/new` });

  assert.equal(mixed.permanentUrl, undefined);
  assert.equal(all.permanentUrl, `${origin.url}/new`);
  assert.equal(none.permanentUrl, undefined);
  assert.deepEqual(none.redirects, []);
});

test("fetch 38: fetch() goes 5 hops and not a 6th", async (t) => {
  const script = Object.fromEntries([1, 2, 3, 4, 5, 6].map((hop) => [`/${hop}`, to(`/${hop + 1}`)]));
  const origin = await startOrigin({ ...script, "/7": "feed" });
  t.after(origin.close);

  const five = await fetch({ url: `${origin.url}/2` });
  const six = fetch({ url: `${origin.url}/1` });

  assert.equal(five.body.toString(), "feed");
  await assert.rejects(six, { kind: "redirect-limit", message: /Hit HTTP redirect limit and not continuing/ });
  assert.equal(origin.requests.filter(({ path }) => path === "/7").length, 1);
});

test("fetch 38: fetch() sees a loop, of one and of two", async (t) => {
  const origin = await startOrigin({ "/self": to("/self#x"), "/a": to("/b"), "/b": to("/a") });
  t.after(origin.close);

  await assert.rejects(fetch({ url: `${origin.url}/self` }), { kind: "redirect-loop" });
  await assert.rejects(fetch({ url: `${origin.url}/a` }), { kind: "redirect-loop" });
  assert.deepEqual(paths(origin), ["/self", "/a", "/b"]);
});

test("fetch 39: fetch() follows from https to http, but not for good and not with credentials", async (t) => {
  const plain = await startOrigin({ "/": "feed" });
  t.after(plain.close);
  const secure = await startOrigin({ "/": to(`${plain.url}/`, 301) }, { tls: { key, cert: goodCert } });
  t.after(secure.close);

  const reply = await fetch({ url: secure.url });
  const withCredentials = fetch({ url: secure.url.replace("//", "//user:secret@") });

  assert.equal(reply.body.toString(), "feed");
  assert.equal(reply.permanentUrl, undefined);
  await assert.rejects(withCredentials, { kind: "downgrade" });
  assert.equal(plain.requests.length, 1);
});

test("fetch() does not send a form from https to http", async (t) => {
  const plain = await startOrigin({ "/": "feed" });
  t.after(plain.close);
  const secure = await startOrigin({ "/": to(`${plain.url}/`, 307) }, { tls: { key, cert: goodCert } });
  t.after(secure.close);

  const posting = fetch({ url: secure.url, form: new URLSearchParams({ a: "1" }) });

  await assert.rejects(posting, { kind: "downgrade" });
  assert.equal(plain.requests.length, 0);
});

test("fetch 39: fetch() takes http to https as permanent, and a way there and back not", async (t) => {
  const secureScript: Record<string, Reply> = { "/": "feed" };
  const secure = await startOrigin(secureScript, { tls: { key, cert: goodCert } });
  t.after(secure.close);
  const plain = await startOrigin({
    "/up": to(`${secure.url}/`, 301),
    "/round": to(`${secure.url}/down`, 301),
    "/": "",
  });
  t.after(plain.close);
  secureScript["/down"] = to(`${plain.url}/`, 301);

  const up = await fetch({ url: `${plain.url}/up` });
  const round = await fetch({ url: `${plain.url}/round` });

  assert.equal(up.permanentUrl, `${secure.url}/`);
  assert.equal(round.permanentUrl, undefined);
});

for (const location of [
  "file:///etc/passwd",
  "gopher://127.0.0.1/",
  "data:text/xml,<rss/>",
  "feed:https://example.com/",
]) {
  test(`fetch 41: fetch() refuses a redirect to ${location}`, async (t) => {
    const origin = await startOrigin({ "/": to(location) });
    t.after(origin.close);

    await assert.rejects(fetch({ url: origin.url }), { kind: "bad-scheme" });
  });
}

const broken: { name: string; headers: Record<string, string>; message: RegExp }[] = [
  { name: "no Location", headers: {}, message: /Received redirection without `Location` header/ },
  { name: "an empty Location", headers: { Location: "" }, message: /Received redirection without `Location` header/ },
  { name: "a Location of 20 KB", headers: { Location: `/${"a".repeat(20_000)}` }, message: /over 8192 bytes/ },
  { name: "a Location that is no URL", headers: { Location: "http://[1/" }, message: /not a URL/ },
];

for (const { name, headers, message } of broken) {
  test(`fetch 42: fetch() refuses ${name}`, async (t) => {
    const origin = await startOrigin({ "/": { status: 302, headers } });
    t.after(origin.close);

    await assert.rejects(fetch({ url: origin.url }), { kind: "bad-redirect", message });
  });
}

const resolved = [
  { location: "c", path: "/a/c" },
  { location: "../d?x=1#y", path: "/d?x=1" },
  { location: "?x", path: "/a/b?x" },
  { location: "/caf\xe9", path: "/caf%C3%A9" },
  { location: "/caf\xc3\xa9", path: "/caf%C3%A9" },
];

for (const { location, path } of resolved) {
  test(`fetch 42: fetch() resolves ${JSON.stringify(location)} to ${path}`, async (t) => {
    const origin = await startOrigin((request, response) => {
      const isStart = request.url === "/a/b";
      response.writeHead(isStart ? 302 : 200, isStart ? { Location: location } : {}).end();
    });
    t.after(origin.close);

    const reply = await fetch({ url: `${origin.url}/a/b` });

    assert.equal(reply.url, origin.url + path);
    assert.deepEqual(paths(origin), ["/a/b", path]);
  });
}

test("fetch 42: fetch() resolves //host against the scheme", async (t) => {
  const origin = await startOrigin({ "/": "feed" });
  t.after(origin.close);
  const other = await startOrigin({ "/": to(`//127.0.0.1:${origin.port}`) });
  t.after(other.close);

  const reply = await fetch({ url: other.url });

  assert.equal(reply.url, `${origin.url}/`);
});

test("fetch 49: fetch() sends credentials to their own origin only, through redirects as well", async (t) => {
  const script: Record<string, Reply> = { "/": "feed" };
  const other = await startOrigin(script);
  t.after(other.close);
  const origin = await startOrigin({ "/": to("/here", 301), "/here": to(`${other.url}/there`, 301), "/back": "feed" });
  t.after(origin.close);
  script["/there"] = to(`http://thief:x@127.0.0.1:${origin.port}/back`, 301);

  const reply = await fetch({ url: origin.url.replace("//", "//us%40er:p%C3%A9%25@") });

  const authorization = `Basic ${Buffer.from("us@er:pé%").toString("base64")}`;
  assert.deepEqual(
    origin.requests.map(({ path, headers }) => [path, headers.authorization]),
    [
      ["/", authorization],
      ["/here", authorization],
      ["/back", authorization],
    ],
  );
  assert.deepEqual(
    other.requests.map(({ path, headers }) => [path, headers.authorization]),
    [["/there", undefined]],
  );
  assert.equal(reply.url, `${origin.url}/back`);
  assert.equal(reply.permanentUrl, `${origin.url.replace("//", "//us%40er:p%C3%A9%25@")}/back`);
  assert.doesNotMatch(JSON.stringify(reply.redirects), /us%40er|thief/);
});

function to(location: string, status = 302): Reply {
  return { status, headers: { Location: location } };
}

function paths(origin: Origin): string[] {
  return origin.requests.map(({ path }) => path);
}
