import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { createFetch, type FetchReply } from "../../shared/fetch/fetch.ts";
import { type Handler, type Reply, startOrigin } from "../support/origin.ts";
import { runChild } from "./run-child.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/test" });
const feed = `<rss>${"<item>é</item>".repeat(1000)}</rss>`;
const compressed = {
  gzip: gzipSync(feed),
  "x-gzip": gzipSync(feed),
  br: brotliCompressSync(feed),
  zstd: zstdCompressSync(feed),
};

test("fetch() asks for the encodings that it decodes", async (t) => {
  const origin = await startOrigin({ "/": feed });
  t.after(origin.close);

  await fetch({ url: origin.url });

  assert.equal(origin.requests[0]?.headers["accept-encoding"], "gzip, br, zstd");
});

for (const [encoding, body] of Object.entries(compressed)) {
  test(`fetch() decodes ${encoding}, whole and in pieces`, async (t) => {
    const whole = await get(t, { headers: { "Content-Encoding": encoding }, body });
    const pieces = await get(t, (_request, response) => {
      response.writeHead(200, { "Content-Encoding": encoding.toUpperCase() });
      for (const byte of body) response.write(Buffer.from([byte]));
      response.end();
    });

    assert.equal(whole.body.toString(), feed);
    assert.equal(whole.rawBytes, body.length);
    assert.equal(pieces.body.toString(), feed);
  });

  test(`fetch 65: fetch() refuses a ${encoding} body that is cut short, or damaged`, async (t) => {
    const headers = { "Content-Encoding": encoding };
    const damaged = Buffer.from(body);
    damaged.fill(0xff, 12);

    await assert.rejects(get(t, { headers, body: body.subarray(0, -3) }), {
      kind: "bad-encoding",
      message: /truncated/,
    });
    await assert.rejects(get(t, { headers, body: body.subarray(0, 20) }), { kind: "bad-encoding" });
    await assert.rejects(get(t, { headers, body: damaged }), { kind: "bad-encoding" });
  });

  test(`fetch() takes an empty ${encoding} body as empty`, async (t) => {
    const reply = await get(t, { headers: { "Content-Encoding": encoding } });

    assert.equal(reply.body.length, 0);
  });
}

test("fetch() takes a plain body as it is though its header says gzip, or identity", async (t) => {
  const gzip = await get(t, { headers: { "Content-Encoding": "gzip" }, body: feed });
  const identity = await get(t, { headers: { "Content-Encoding": "identity" }, body: feed });

  assert.equal(gzip.body.toString(), feed);
  assert.equal(identity.body.toString(), feed);
});

test("fetch 57: fetch() ends a body without an end at its cap", async (t) => {
  const endless: Handler = (_request, response) => {
    const pump = () => {
      while (response.writable && response.write(Buffer.alloc(65_536, "a")));
    };
    response.on("drain", pump);
    pump();
  };

  await assert.rejects(get(t, endless, { maxBytes: 1_000_000 }), { kind: "too-large", message: /over 1000000 bytes/ });
});

test("fetch 57: fetch() takes a body of exactly its cap", async (t) => {
  const plain = await get(t, "a".repeat(1000), { maxBytes: 1000 });
  const gzip = await get(
    t,
    { headers: { "Content-Encoding": "gzip" }, body: gzipSync("a".repeat(1000)) },
    { maxBytes: 1000 },
  );

  assert.equal(plain.body.length, 1000);
  assert.equal(gzip.body.length, 1000);
  await assert.rejects(get(t, { raw: `HTTP/1.1 200 OK\r\n\r\n${"a".repeat(1001)}` }, { maxBytes: 1000 }), {
    kind: "too-large",
  });
});

for (const [encoding, body] of Object.entries(compressed)) {
  test(`fetch 58: fetch() caps what ${encoding} decodes to`, async (t) => {
    const reply = get(t, { headers: { "Content-Encoding": encoding }, body }, { maxBytes: 5000 });

    await assert.rejects(reply, { kind: "too-large", message: /decodes to over 5000 bytes/ });
  });
}

test("fetch 58: fetch() caps what decodes to nothing", async (t) => {
  const emptyMembers = Buffer.concat(Array(1000).fill(gzipSync("")));

  await assert.rejects(get(t, { headers: { "Content-Encoding": "gzip" }, body: emptyMembers }, { maxBytes: 5000 }), {
    kind: "too-large",
  });
});

test("fetch 58: fetch() refuses windows that are larger than the web's", async (t) => {
  const large = Buffer.concat(Array.from({ length: 300 }, () => Buffer.from(String(Math.random()).repeat(4000))));
  const zstd = zstdCompressSync(large, { params: { [constants.ZSTD_c_windowLog]: 24 } });
  const brotli = brotliCompressSync(large, {
    params: {
      [constants.BROTLI_PARAM_LARGE_WINDOW]: 1,
      [constants.BROTLI_PARAM_LGWIN]: 26,
      [constants.BROTLI_PARAM_QUALITY]: 5,
    },
  });

  await assert.rejects(get(t, { headers: { "Content-Encoding": "zstd" }, body: zstd }, { maxBytes: 2 ** 26 }), {
    kind: "bad-encoding",
  });
  await assert.rejects(get(t, { headers: { "Content-Encoding": "br" }, body: brotli }, { maxBytes: 2 ** 26 }), {
    kind: "bad-encoding",
  });
});

const compressors = {
  gzip: () => createGzip(),
  br: () =>
    createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } }),
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 23 } }),
};

for (const [encoding, compressor] of Object.entries(compressors)) {
  test(`fetch 58: twenty ${encoding} bombs at once cost fetch() at most 64 MB of memory`, async (t) => {
    const bomb = await makeBomb(compressor());
    const origin = await startOrigin({
      "/bomb": { headers: { "Content-Encoding": encoding }, body: bomb },
      "/feed": { headers: { "Content-Encoding": encoding }, body: compressed[encoding as keyof typeof compressed] }, // keys of both
    });
    t.after(origin.close);

    // glibc otherwise keeps the window of a decoder for each of the four threads they ran on.
    const { results, growthMb } = await runChild({
      env: { MALLOC_ARENA_MAX: "1" },
      warmUpUrls: Array(20).fill(`${origin.url}/feed`),
      urls: Array(20).fill(`${origin.url}/bomb`),
    });

    t.diagnostic(`${(bomb.length / 1024).toFixed()} KiB each, resident set +${growthMb.toFixed(1)} MB`);
    assert.deepEqual(new Set(results), new Set(["too-large"]));
    assert.ok(growthMb < 64, `${growthMb} MB`);
  });
}

test("fetch 59: fetch() refuses a Content-Length of 100 GB before it reads", async (t) => {
  const reply = get(t, { raw: (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 107374182400\r\n\r\n") });

  await assert.rejects(reply, { kind: "too-large" });
});

for (const encoding of ["deflate", "compress", "gzip, br", "constructor"]) {
  test(`fetch 60: fetch() refuses the encoding ${encoding}`, async (t) => {
    const reply = get(t, { headers: { "Content-Encoding": encoding }, body: deflateSync(feed) });

    await assert.rejects(reply, { kind: "bad-encoding", message: new RegExp(`"${encoding}"`) });
  });
}

const plain = [`\ufeff${feed}`, `\r\n ${feed}`, Buffer.from(`\ufeff${feed}`, "utf16le"), Buffer.from(feed, "utf16le")];
for (const encoding of ["aws-chunked", "UTF-8", "none", "br", "zstd", "deflate", "gzip, br", "constructor"]) {
  test(`fetch 60: fetch() takes markup as it is though its header says ${encoding}`, async (t) => {
    for (const body of [feed, ...plain]) {
      const reply = await get(t, { headers: { "Content-Encoding": encoding }, body });

      assert.deepEqual(reply.body, Buffer.from(body));
    }
  });
}

for (const [encoding, body] of [
  ["aws-chunked", compressed.gzip],
  ["aws-chunked, gzip", compressed.gzip],
  ["UTF-8", compressed.zstd],
  ["zstd", compressed.gzip],
  ["gzip", compressed.zstd],
] as const) {
  test(`fetch 60: fetch() decodes what ${body === compressed.gzip ? "gzip" : "zstd"} is, labelled ${encoding}`, async (t) => {
    const headers = { "Content-Encoding": encoding };
    const reply = await get(t, { headers, body });

    assert.equal(reply.body.toString(), feed);
    await assert.rejects(get(t, { headers, body }, { maxBytes: 5_000 }), { kind: "too-large" });
  });
}

test("fetch 60: fetch() takes brotli for brotli though it begins like gzip", async (t) => {
  // The stream's header says that its only block has 0x88c bytes.
  const text = Array.from({ length: 0x88c }, (_, i) => String.fromCharCode(33 + ((i * i) % 90))).join("");
  const body = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } });
  const reply = await get(t, { headers: { "Content-Encoding": "br" }, body });

  assert.deepEqual([...body.subarray(0, 2)], [0x1f, 0x8b]);
  assert.equal(reply.body.toString(), text);
});

const named = Buffer.concat([
  Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]),
  Buffer.from("feed.xml\0a comment\0cc", "latin1"),
  compressed.gzip.subarray(10),
]);
for (const [name, body, rest] of [
  ["text", compressed.gzip, "<!-- cached -->"],
  ["zeros", compressed.gzip, "\0\0\0\0"],
  ["zeros and text", compressed.gzip, "\0\0end"],
  ["a line break", compressed.gzip, "\r\n"],
  ["bytes that begin no member", compressed.gzip, "\x1f\x8a\x08"],
  ["text, and has a name", named, "text"],
] as const) {
  test(`fetch 60: fetch() ignores what follows a gzip body: ${name}`, async (t) => {
    const followed = {
      headers: { "Content-Encoding": "gzip" },
      body: Buffer.concat([body, Buffer.from(rest, "latin1")]),
    };

    assert.equal((await get(t, followed)).body.toString(), feed);
    await assert.rejects(get(t, followed, { maxBytes: 5_000 }), { kind: "too-large" });
  });
}

test("fetch 60: fetch() takes no gzip body for whole whose check differs, or whose second member is damaged", async (t) => {
  const wrong = Buffer.from(compressed.gzip);
  wrong.writeUInt32LE(0, wrong.length - 8);
  const second = Buffer.from(compressed.gzip);
  second.fill(0xff, 12);

  for (const body of [Buffer.concat([wrong, Buffer.from("text")]), Buffer.concat([compressed.gzip, second])]) {
    await assert.rejects(get(t, { headers: { "Content-Encoding": "gzip" }, body }), { kind: "bad-encoding" });
  }
});

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const broken = [
  { name: "fetch 61: fetch() refuses a chunk size that is none", raw: `${CHUNKED}5\r\nhello\r\nzz\r\nfoo` },
  { name: "fetch 61: fetch() refuses a chunk that is longer than it says", raw: `${CHUNKED}2\r\nhello\r\n0\r\n\r\n` },
  { name: "fetch 61: fetch() refuses a chunk that is cut short", raw: `${CHUNKED}ff\r\nhello` },
  { name: "fetch 61: fetch() refuses chunks without a last one", raw: `${CHUNKED}5\r\nhello\r\n` },
  { name: "fetch 61: fetch() refuses a chunk size over 64 bits", raw: `${CHUNKED}fffffffffffffffff\r\nhello` },
  {
    name: "fetch 62: fetch() refuses 10 000 interim replies",
    raw: `${"HTTP/1.1 103 Hi\r\n\r\n".repeat(10_000)}HTTP/1.1 200 OK\r\n\r\n`,
  },
  { name: "fetch() refuses to switch protocols", raw: "HTTP/1.1 101 Up\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx" },
  { name: "fetch 65: fetch() refuses HTTP/0.9", raw: "<rss></rss>" },
  { name: "fetch 65: fetch() refuses an empty reply", raw: "" },
  { name: "fetch 65: fetch() refuses headers that are cut short", raw: "HTTP/1.1 200 OK\r\nContent-Le" },
  {
    name: "fetch 65: fetch() refuses a body shorter than it says",
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
  },
  {
    name: "fetch 65: fetch() refuses a body longer than it says",
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
  },
  {
    name: "fetch 65: fetch() refuses two lengths",
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab",
  },
  { name: "fetch 65: fetch() refuses headers over 64 KiB", raw: `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}\r\n\r\n` },
];

for (const { name, raw } of broken) {
  test(name, async (t) => {
    await assert.rejects(get(t, { raw }), { kind: "bad-reply", message: /^Cannot fetch "http:.*": Broken reply: ./ });
  });
}

test("fetch 62: fetch() lets a few interim replies pass", async (t) => {
  const reply = await get(t, { raw: `${"HTTP/1.1 103 Hi\r\nETag: x\r\n\r\n".repeat(3)}HTTP/1.1 200 OK\r\n\r\nfeed` });

  assert.equal(reply.status, 200);
  assert.equal(reply.body.toString(), "feed");
  assert.equal(reply.etag, undefined);
});

test("fetch 63: fetch() ignores trailers", async (t) => {
  const reply = await get(t, { raw: `${CHUNKED}4\r\nfeed\r\n0\r\nETag: "t"\r\nRetry-After: 9\r\n\r\n` });

  assert.equal(reply.body.toString(), "feed");
  assert.equal(reply.etag, undefined);
  assert.equal(reply.retryAfterMs, undefined);
});

test("fetch 65: fetch() refuses a body that is reset in the middle", async (t) => {
  const reply = get(t, {
    raw: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
      setTimeout(() => socket.resetAndDestroy(), 20);
    },
  });

  await assert.rejects(reply, { kind: "bad-reply" });
});

test("fetch 66: fetch() takes a body of any type, and says which it claims", async (t) => {
  const reply = await get(t, { headers: { "Content-Type": "text/html; charset=utf-8" }, body: "<rss/>" });

  assert.equal(reply.contentType, "text/html; charset=utf-8");
  assert.equal(reply.body.toString(), "<rss/>");
});

test("fetch() reads no body of an error", async (t) => {
  const reply = await get(t, { status: 404, headers: { ETag: '"e"', "Content-Encoding": "nonsense" }, body: "gone" });

  assert.equal(reply.status, 404);
  assert.equal(reply.body.length, 0);
  assert.equal(reply.rawBytes, 0);
});

async function get(t: TestContext, reply: Reply, limits: { maxBytes?: number } = {}): Promise<FetchReply> {
  const origin = await startOrigin({ "/": reply });
  t.after(origin.close);
  return await fetch({ url: origin.url, ...limits });
}

/** Compresses 64 MiB that repeat one line, piece by piece. */
async function makeBomb(compressor: ReturnType<(typeof compressors)[keyof typeof compressors]>): Promise<Buffer> {
  const piece = Buffer.alloc(2 ** 20, "<item><title>bomb</title></item>\n");
  const chunks: Buffer[] = [];
  compressor.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (let megabytes = 0; megabytes < 64; megabytes += 1) {
    if (!compressor.write(piece)) await new Promise((resolve) => compressor.once("drain", resolve));
  }
  const ended = new Promise((resolve) => compressor.once("end", resolve));
  compressor.end();
  await ended;
  return Buffer.concat(chunks);
}
