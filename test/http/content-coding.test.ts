import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { chooseCoding, withContentCoding } from "../../shared/http/content-coding.ts";
import type { Reply } from "../../shared/http/function.ts";
import type { Chunks } from "../../shared/http/stream.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };
const LONG = "Ein längerer Text. ".repeat(200);

for (const [accepted, coding] of [
  [undefined, undefined],
  ["", undefined],
  ["identity", undefined],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP;Q=0.5", "gzip"],
  ["br;q=0.1, gzip;q=0.9", "gzip"],
  ["br;q=0, gzip;q=0", undefined],
  ["*", "br"],
  ["br;q=0, *", "gzip"],
  ["*;q=0", undefined],
  ["identity, gzip;q=0.5", undefined],
  ["br;q=often", undefined],
  [",;q=1,,", undefined],
] as const) {
  test(`a client that accepts "${accepted}" gets ${coding ?? "the plain body"}`, () => {
    assert.equal(chooseCoding(accepted), coding);
  });
}

test("a page is compressed as its client accepts, and caches are told so", async () => {
  const reply: Reply = { headers: { ...HTML, vary: "cookie" }, body: LONG };

  const [br, gzip, plain] = await Promise.all(
    ["br", "gzip", undefined].map((accepted) => withContentCoding(reply, accepted)),
  );

  assert.equal(brotliDecompressSync(br?.body ?? "").toString(), LONG);
  assert.equal(gunzipSync(gzip?.body ?? "").toString(), LONG);
  assert.equal(plain?.body, LONG);
  const headers = [br, gzip, plain].map((it) => [it?.headers["content-encoding"], it?.headers.vary]);
  assert.deepEqual(headers, [
    ["br", "cookie, accept-encoding"],
    ["gzip", "cookie, accept-encoding"],
    [undefined, "cookie, accept-encoding"],
  ]);
});

test("what is small, compressed or no text is sent as it is", async () => {
  const replies = [
    { headers: HTML, body: "short" },
    { headers: { ...HTML, "content-encoding": "gzip" }, body: LONG },
    { headers: { "content-type": "image/png" }, body: Buffer.from(LONG) },
    { status: 303, headers: { location: "/" }, body: "" },
  ];

  for (const reply of replies) assert.deepEqual(await withContentCoding(reply, "br"), reply);
});

test("what was compressed beforehand is not compressed again", async () => {
  const encoded = { br: Buffer.from("br"), gzip: Buffer.from("gzip") };

  const reply = await withContentCoding({ headers: HTML, body: LONG, encoded }, "gzip");

  assert.equal(reply.body, encoded.gzip);
});

for (const [accepted, decompress] of [
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
] as const) {
  test(`a stream is compressed as it is made: ${accepted}`, async () => {
    const reply = await withContentCoding<Reply<Chunks>>({ headers: HTML, body: chunksOf(3) }, accepted);

    assert.equal(decompress(await bytesOf(reply.body)).toString(), LONG.repeat(3));
  });
}

test("a stream that fails fails compressed, too, and one that is given up ends its source", async () => {
  let isEnded = false;
  async function* failing() {
    yield LONG;
    throw new Error("The database is gone");
  }
  async function* endless() {
    try {
      for (let i = 0; ; i += 1) yield `${i} ${Math.random()} ${LONG}`;
    } finally {
      isEnded = true;
    }
  }

  const failed = await withContentCoding<Reply<Chunks>>({ headers: HTML, body: failing() }, "gzip");
  await assert.rejects(bytesOf(failed.body), /The database is gone/);
  const given = await withContentCoding<Reply<Chunks>>({ headers: HTML, body: endless() }, "gzip");
  for await (const _ of given.body) break;
  await new Promise((wake) => setTimeout(wake, 50));
  assert.ok(isEnded);
});

async function bytesOf(chunks: Chunks): Promise<Buffer> {
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(Buffer.from(chunk));
  return Buffer.concat(bytes);
}

async function* chunksOf(count: number) {
  for (let i = 0; i < count; i += 1) yield LONG;
}
