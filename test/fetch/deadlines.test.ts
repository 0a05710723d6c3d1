import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";
import { runChild } from "./run-child.ts";

const allow = ["127.0.0.0/8"];
const userAgent = "podcore/test";

test("fetch 45: fetch() waits no longer than dnsMs for a name", async () => {
  const fetch = createFetch({ allow, userAgent, resolve: () => new Promise(() => {}), phases: { dnsMs: 50 } });

  const reply = fetch({ url: "http://example.com/" });

  await assert.rejects(reply, { kind: "timeout", message: /no address of "example.com" within 50 ms/ });
});

test("fetch 53: fetch() waits no longer than connectMs for a connection", async (t) => {
  const port = await startBlackHole(t);
  const fetch = createFetch({ allow, userAgent, phases: { connectMs: 100 } });

  const reply = fetch({ url: `http://127.0.0.1:${port}/` });

  await assert.rejects(reply, { kind: "timeout", message: /no connection to "127.0.0.1" within 100 ms/ });
});

test("fetch 54: fetch() waits no longer than tlsMs for TLS", async (t) => {
  const port = await startSilence(t);
  const fetch = createFetch({ allow, userAgent, phases: { tlsMs: 50 } });

  const reply = fetch({ url: `https://127.0.0.1:${port}/` });

  await assert.rejects(reply, { kind: "timeout", message: /no TLS session with "127.0.0.1" within 50 ms/ });
});

test("fetch 55: fetch() waits no longer than headersMs for all headers", async (t) => {
  const origin = await startOrigin({ "/": { raw: (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-Long: aaa") } });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent, phases: { headersMs: 100 } });

  const reply = fetch({ url: origin.url });

  await assert.rejects(reply, { kind: "timeout", message: /no complete headers from "127.0.0.1" within 100 ms/ });
});

test("fetch 56: fetch() waits no longer than timeoutMs for the body", async (t) => {
  const origin = await startOrigin({ "/": { raw: (socket) => drip(socket, "HTTP/1.1 200 OK\r\n\r\n<rss>") } });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent });

  const reply = fetch({ url: origin.url, timeoutMs: 200 });

  await assert.rejects(reply, { kind: "timeout", message: /no complete reply within 200 ms/ });
});

test("fetch 56: fetch() gives the body more time than the headers", async (t) => {
  const origin = await startOrigin(async (_request, response) => {
    response.writeHead(200).write("<rss>");
    await sleep(300);
    response.end("</rss>");
  });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent, phases: { headersMs: 200 } });

  const reply = await fetch({ url: origin.url });

  assert.equal(reply.body.toString(), "<rss></rss>");
});

test("fetch 56: fetch() spends one deadline on a whole chain", async (t) => {
  const origin = await startOrigin(async (request, response) => {
    await sleep(80);
    response.writeHead(302, { Location: `${request.url}a` }).end();
  });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent });

  const reply = fetch({ url: origin.url, timeoutMs: 200 });

  await assert.rejects(reply, { kind: "timeout" });
});

for (const { number, goal, start } of [
  {
    number: 45,
    goal: 'no address of "feed.example.com" within 5000 ms',
    start: async () => ({ url: "http://feed.example.com/", resolve: () => new Promise<never>(() => {}) }),
  },
  {
    number: 53,
    goal: 'no connection to "127.0.0.1" within 5000 ms',
    start: async (t: TestContext) => ({ url: `http://127.0.0.1:${await startBlackHole(t)}/` }),
  },
  {
    number: 54,
    goal: 'no TLS session with "127.0.0.1" within 5000 ms',
    start: async (t: TestContext) => ({ url: `https://127.0.0.1:${await startSilence(t)}/` }),
  },
  {
    number: 55,
    goal: 'no complete headers from "127.0.0.1" within 10000 ms',
    start: async (t: TestContext) => ({ url: `http://127.0.0.1:${await startSilence(t)}/` }),
  },
  {
    number: 56,
    goal: "no complete reply within 30000 ms",
    start: async (t: TestContext) => {
      const origin = await startOrigin((_request, response) => void response.write("<rss>"));
      t.after(origin.close);
      return { url: origin.url };
    },
  },
]) {
  test(`fetch ${number}: fetch() says "${goal}", unless told otherwise`, async (t) => {
    const { url, ...options } = await start(t);
    // The deadlines alone: the imported sleep() and sockets go on in real time.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const reply = createFetch({ allow, userAgent, ...options })({ url });
    let isPending = true;
    const settled = reply.catch(() => {}).finally(() => (isPending = false));

    for (let ms = 0; isPending && ms < 60_000; ms += 100) {
      t.mock.timers.tick(100);
      await sleep(2);
    }

    await assert.rejects(reply, { kind: "timeout", message: new RegExp(`: ${goal}$`) });
    await settled;
  });
}

test("fetch() stops when its caller gives up, before and while it runs", async (t) => {
  const origin = await startOrigin({ "/": { raw: () => {} } });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent });
  const fetchNoName = createFetch({ allow, userAgent, resolve: () => new Promise(() => {}) });
  const controller = new AbortController();
  const reason = new Error("shutting down");

  const reply = fetch({ url: origin.url, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);

  await assert.rejects(reply, { kind: "aborted", cause: reason });
  await assert.rejects(fetch({ url: origin.url, signal: AbortSignal.abort() }), { kind: "aborted" });
  await assert.rejects(fetchNoName({ url: "http://example.com/", signal: AbortSignal.abort() }), { kind: "aborted" });
});

test("fetch() leaves nothing open, whatever happened", async (t) => {
  const silence = await startSilence(t);
  const blackHole = await startBlackHole(t);
  const origin = await startOrigin({
    "/ok": "feed",
    "/404": { status: 404, body: "x".repeat(1e6) },
    "/hang": { raw: () => {} },
    "/endless": { raw: (socket) => flood(socket) },
  });
  t.after(origin.close);
  const urls = [
    ...["/ok", "/404", "/hang", "/endless"].map((path) => origin.url + path),
    `http://127.0.0.1:${blackHole}/`,
    `https://127.0.0.1:${silence}/`,
    `https://127.0.0.1:${origin.port}/`,
    "http://10.0.0.1/",
  ];

  const { results, resources } = await runChild({ urls });

  assert.deepEqual(results, [200, 404, "timeout", "too-large", "timeout", "timeout", "tls", "blocked-address"]);
  assert.deepEqual(resources, []);
});

/** Sends the start and then a byte every few milliseconds, until the other side goes. */
function drip(socket: Socket, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write("a"), 5);
  socket.on("close", () => clearInterval(timer));
}

/** Sends a body without an end as fast as it is taken. */
function flood(socket: Socket): void {
  const chunk = Buffer.alloc(256 * 1024, "a");
  const pump = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on("drain", pump);
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  pump();
}

/** Listens, and says nothing to who comes. */
async function startSilence(t: TestContext): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server.address());
}

/** Listens without accepting, its queue full: the kernel drops whatever knocks. */
async function startBlackHole(t: TestContext): Promise<number> {
  const script = `const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const [output] = await once(child.stdout, "data");
  const port = Number(output);
  const fillers = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  t.after(() => {
    for (const filler of fillers) filler.destroy();
  });
  await sleep(50);
  return port;
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
