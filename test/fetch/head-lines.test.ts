import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFetch, type FetchReply } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/test" });

const OK = "HTTP/1.1 200 OK\r\n";
const END = 'Content-Length: 4\r\nETag: "a"\r\n\r\nfeed';

for (const [name, raw] of [
  ["a line without a colon", `${OK}Served by a cache\r\n${END}`],
  ["a line without a colon, continued", `${OK}Served by a cache\r\n  and again: by another\r\n${END}`],
  ["a line without a colon that ends with a bare line feed", `HTTP/1.1 200 OK\nServed by a cache\n${END}`],
  ["a first line without a colon", `${OK}${"-".repeat(200)}\r\n${END}`],
  ["a name with a space", `${OK}X Powered By: PHP\r\n${END}`],
  ["a space before the colon", `${OK}X-Note : a\r\n${END}`],
  ["a carriage return in a value", `${OK}X-Note: a\rb\r\n${END}`],
  ["no name", `${OK}: a\r\n${END}`],
  ["PHP's words", `${OK}<b>Warning</b>: Cannot modify header information in /var/www/feed.php on line 2<br>\r\n${END}`],
  ["bytes beyond ASCII", `${OK}Tit\xe9l\r\n${END}`],
  ["the length twice", `${OK}Content-Length: 4\r\ncontent-length:4\r\n${END}`],
  ["the length twice in a line", `${OK}Content-Length: 4, 4\r\nETag: "a"\r\n\r\nfeed`],
  [
    "a line without a colon in an interim reply",
    `HTTP/1.1 103 Early Hints\r\nhint\r\nETag: "b"\r\n\r\n${OK}hint\r\n${END}`,
  ],
  ["the length of an interim reply", `HTTP/1.1 103 Early Hints\r\nX-Note: a\r\n\r\n${OK}${END}`],
] as const) {
  test(`fetch() takes a reply whose head has ${name}, whole and byte by byte`, async (t) => {
    const whole = await get(t, [raw]);
    const pieces = await get(t, raw);

    for (const { status, body, etag } of [whole, pieces])
      assert.deepEqual([status, body.toString(), etag], [200, "feed", '"a"']);
  });
}

for (const [name, raw] of [
  ["two lengths that differ", `${OK}Content-Length: 5\r\n${END}!`],
  ["two lengths that differ in a line", `${OK}Content-Length: 4, 5\r\n\r\nfeed`],
  ["a third length that differs", `${OK}Content-Length: 4\r\nContent-Length: 4\r\nContent-Length: 3\r\n\r\nfeed`],
  ["a length that is no number", `${OK}Content-Length: four\r\n\r\nfeed`],
  ["no status line", `Content-Length: 4\r\n\r\nfeed`],
] as const) {
  test(`fetch 65: fetch() refuses a reply whose head has ${name}`, async (t) => {
    await assert.rejects(get(t, [raw]), { kind: "bad-reply" });
    await assert.rejects(get(t, raw), { kind: "bad-reply" });
  });
}

test("fetch() leaves lines of a body alone that look like those of a head", async (t) => {
  const body = "\r\nno colon\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n";
  const closed = await get(t, [`${OK}\r\n${body}`]);
  const chunked = await get(t, [
    `${OK}Transfer-Encoding: chunked\r\nno colon\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ]);

  assert.deepEqual([closed.body.toString(), chunked.body.toString()], [body, body]);
});

test("fetch() takes no more lines without a colon than a head may have", async (t) => {
  const reply = get(t, [`${OK}${"no colon\r\n".repeat(14_000)}${END}`]);

  await assert.rejects(reply, { kind: "bad-reply" });
});

/** Fetches a reply that is sent in these pieces: of a string, in its characters. */
async function get(t: TestContext, pieces: Iterable<string>): Promise<FetchReply> {
  const origin = await startOrigin({
    "/": {
      raw: async (socket) => {
        socket.setNoDelay(true);
        for (const piece of pieces) {
          socket.write(piece, "latin1");
          // Lets each piece leave alone.
          if (typeof pieces === "string") await sleep(0);
        }
        socket.end();
      },
    },
  });
  t.after(origin.close);
  return await fetch({ url: origin.url });
}
