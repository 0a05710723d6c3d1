import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import test from "node:test";
import { sendPing, startArtifact } from "../../support/artifact.ts";
import { createDatabase } from "../../support/postgres.ts";

const DATABASE_URL = await createDatabase();
const graphql = await startArtifact({ name: "api-graphql", environment: { DATABASE_URL } });
const tick = await startArtifact({ name: "tick-crawl", environment: { DATABASE_URL } });
const web = await startArtifact({ name: "web", environment: { DATABASE_URL, PODCORE_REQUEST_TIMEOUT_MS: "3000" } });

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
}

test("a body over 100 KB is a 413, and a 400 at /graphql", async () => {
  const body = JSON.stringify({ url: "x".repeat(102_400) });

  const replies = await Promise.all([post(`${tick.url}/`, body), post(`${graphql.url}/graphql`, body)]);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [413, 400],
  );
  assert.match((await replies[1]?.text()) ?? "", /Cannot accept a body of more than 102400 bytes/);
});

test("a body over the limit is refused, when it comes in chunks and says no length", async () => {
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${tick.url}/`, { method: "POST" }, (reply) => resolve(reply.resume().statusCode));
    outgoing.on("error", reject);
    for (let i = 0; i < 11; i += 1) outgoing.write("x".repeat(10_000));
  });

  assert.equal(status, 413);
});

test("a body of exactly the limit is taken, and one byte more is not, with a length or in chunks", async () => {
  const send = (headers: Record<string, string>, body?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { method: "POST", headers };
      const outgoing = request(`${tick.url}/`, options, (reply) => resolve(reply.resume().statusCode));
      outgoing.on("error", reject);
      if (body === undefined) outgoing.flushHeaders();
      else outgoing.end(body);
    });
  const limit = "x".repeat(102_400);

  const statuses = await Promise.all([
    send({ "content-length": "102400" }, limit),
    // Refused before any of it is sent.
    send({ "content-length": "102401" }),
    send({ "transfer-encoding": "chunked" }, limit),
    send({ "transfer-encoding": "chunked" }, `${limit}x`),
  ]);

  // What is taken is then no CloudEvent.
  assert.deepEqual(statuses, [400, 413, 400, 413]);
});

test("a body that does not come is a 408", async () => {
  const reply = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
    socket.write("POST /podcasts HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nurl");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text));
  });

  assert.match(reply, /^HTTP\/1\.1 408 /);
});

test("keep-alive outlives that of queue-proxy", async () => {
  const reply = await fetch(`${web.url}/health`);

  assert.equal(reply.headers.get("keep-alive"), "timeout=95");
});

test("a tick answers GET with a 405 and what is no CloudEvent with a 400, and goes on", async () => {
  const replies = await Promise.all([
    fetch(tick.url),
    post(tick.url, "{}"),
    post(tick.url, ""),
    sendPing(tick.url, ""),
  ]);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [405, 400, 400, 200],
  );
});

test("HEAD is answered as GET without a body", async () => {
  const [get, head] = await Promise.all([fetch(web.url), fetch(web.url, { method: "HEAD" })]);

  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.equal(head.headers.get("content-length"), get.headers.get("content-length"));
});

test("paths that browsers and search engines ask for by themselves reach their function", async () => {
  const replies = await Promise.all(
    ["/favicon.ico", "/robots.txt", "/robots.txt?x"].map((path) => fetch(`${web.url}${path}`)),
  );

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  );
});

test("every path and method is answered, however odd", async () => {
  const send = (method: string, path: string) =>
    new Promise<{ status: number | undefined; id: unknown; text: string }>((resolve, reject) => {
      const { hostname: host, port } = new URL(web.url);
      const outgoing = request({ host, port, method, path }, (reply) => {
        let text = "";
        reply.on("data", (chunk) => {
          text += chunk;
        });
        reply.on("end", () => resolve({ status: reply.statusCode, id: reply.headers["x-request-id"], text }));
      });
      outgoing.on("error", reject).end();
    });

  const replies = await Promise.all([
    send("GET", "/%"),
    send("GET", "/podcasts/%ff"),
    send("GET", "/robots.txt/"),
    send("GET", "/-/robots.txt"),
    send("OPTIONS", "*"),
    send("GET", "http://elsewhere.example.com/robots.txt"),
    send("POST", "/health"),
  ]);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [404, 400, 308, 404, 404, 200, 404],
  );
  for (const { id, text } of replies) {
    assert.match(String(id), /^[0-9a-f]{32}$/);
    assert.doesNotMatch(text, /URIError|dist\//);
  }
});

test("a reply that its client reads slowly is sent whole, when SIGTERM comes", async () => {
  const artifact = await startArtifact({ name: "api-graphql", environment: { DATABASE_URL } });
  // An answer of some megabytes: more than the sockets' buffers hold.
  const query = `{ ${Array.from({ length: 5 }, (_, i) => `a${i}: __schema { types { description fields { description } } }`).join(" ")} }`;
  const body = JSON.stringify({ query: query.replaceAll("description", "description name") });
  const reply = await new Promise<{ expected: number; received: number }>((resolve, reject) => {
    const outgoing = request(
      `${artifact.url}/graphql`,
      { method: "POST", headers: { "content-type": "application/json" } },
      (incoming) => {
        let received = 0;
        incoming.pause();
        artifact.child.kill("SIGTERM");
        setTimeout(() => incoming.resume(), 500);
        incoming.on("data", (chunk) => {
          received += chunk.length;
        });
        incoming.on("close", () => resolve({ expected: Number(incoming.headers["content-length"]), received }));
      },
    );
    outgoing.on("error", reject).end(body);
  });

  assert.equal(reply.received, reply.expected);
});

test("Host and X-Forwarded-Host change nothing on a page", async () => {
  const forged = {
    "x-forwarded-host": "evil.example.com",
    "x-forwarded-proto": "https",
    "k-original-host": "evil.example.com",
  };

  const text = await (await fetch(web.url, { headers: forged })).text();

  assert.doesNotMatch(text, /evil/);
});

test("a form from another site is refused, and in production who is not logged in", async () => {
  const development = await startArtifact({
    name: "web-podcast-add-post",
    environment: { DATABASE_URL, PODCORE_ENV: "development" },
  });
  const send = (url: string, headers: Record<string, string>, feedUrl = "") =>
    fetch(`${url}/podcasts`, {
      method: "POST",
      headers,
      body: new URLSearchParams({ url: feedUrl }),
      redirect: "manual",
    });

  const replies = await Promise.all([
    send(development.url, { "sec-fetch-site": "cross-site" }),
    send(development.url, { "sec-fetch-site": "same-site" }),
    send(development.url, { origin: "https://evil.example.com" }),
    send(development.url, { "sec-fetch-site": "same-origin" }),
    send(web.url, { "sec-fetch-site": "same-origin", accept: "application/json" }, "https://example.com/feed.xml"),
  ]);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [403, 403, 403, 400, 401],
  );
});
