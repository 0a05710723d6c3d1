import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { readConfig } from "../../shared/config.ts";
import { UserError } from "../../shared/errors.ts";
import { type AppReply, createApp } from "../../shared/http/app.ts";
import { adminFunction, httpFunction, type PodcoreFunction, tickFunction } from "../../shared/http/function.ts";
import { createLog } from "../../shared/log/log.ts";
import { renderError } from "../../shared/web/pages/error-page.ts";
import { AS_OPERATOR, OPERATOR_TOKEN } from "../support/artifact.ts";
import { createDatabase } from "../support/postgres.ts";

const databaseUrl = await createDatabase();
const SECRET = "a detail that nobody may see";

const text = (body: string) => ({ headers: { "content-type": "text/plain" }, body });
const hello = httpFunction<{ id: string }, string>({
  usesDatabase: false,
  readParams: ({ params }) => ({ id: params.id ?? "" }),
  handle: (_, { id }) => `Hello ${id}`,
  render: text,
});
const failing = (error: unknown) =>
  httpFunction<object, string>({
    usesDatabase: false,
    readParams: () => ({}),
    handle: () => Promise.reject(error),
    render: text,
  });

function setUp(fn: PodcoreFunction, options: { hasPages?: boolean; environment?: Record<string, string> } = {}) {
  const { hasPages = true, environment } = options;
  const lines: string[] = [];
  const log = createLog({ format: "flat", level: "debug", write: (line) => lines.push(line) });
  const routes = [
    { method: "GET" as const, path: "/things/:id" },
    { method: "POST" as const, path: "/things/:id" },
  ];
  const app = createApp({
    name: "test",
    mounts: [{ name: "test", fn, routes: fn.kind === "http" ? routes : [] }],
    config: readConfig({
      DATABASE_URL: databaseUrl,
      PODCORE_PUBLIC_URL: "https://podcore.example.com",
      PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN,
      ...environment,
    }),
    log,
    renderErrorPage: hasPages ? renderError : undefined,
  });
  const send = (
    request: { method?: string; url?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<AppReply> => {
    const { method = "GET", url = "/things/1", headers = {}, body = "" } = request;
    return app.handle({ method, url, headers, body: Buffer.from(body) });
  };
  return { app, send, lines };
}

test("handle() runs the three steps, and logs each with its time", async () => {
  const { send, lines } = setUp(hello);

  const reply = await send({ url: "/things/caf%C3%A9?x=1" });

  assert.deepEqual([reply.status, reply.body], [200, "Hello café"]);
  const id = reply.headers["x-request-id"];
  assert.match(id ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(
    lines.map((line) =>
      line
        .slice("Mar 25 10:29:14.662 ".length)
        .replace(/[\d.]+(µs|ms|s)/, "T")
        .replace(id ?? "", "ID")
        .trimEnd(),
    ),
    [
      "DEBG Generated request ID, request_id: ID",
      "INFO Start, step: build_params, request_id: ID",
      "INFO Finish, elapsed: T, step: build_params, request_id: ID",
      "INFO Start, step: handle_message, request_id: ID",
      "INFO Finish, elapsed: T, step: handle_message, request_id: ID",
      "INFO Start, step: render_view_model, request_id: ID",
      "INFO Finish, elapsed: T, step: render_view_model, request_id: ID",
      "INFO Request finished, status: 200, path: /things/caf%C3%A9, method: GET, elapsed: T, request_id: ID",
    ],
  );
});

for (const [what, headers, expected] of [
  ["a well-formed X-Request-Id", { "x-request-id": "abc-123.DEF_4" }, "abc-123.DEF_4"],
  [
    "a well-formed traceparent",
    { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    "0af7651916cd43dd8448eb211c80319c",
  ],
] as const) {
  test(`handle() takes over ${what}`, async () => {
    const { send } = setUp(hello);

    const reply = await send({ headers });

    assert.equal(reply.headers["x-request-id"], expected);
  });
}

for (const headers of [
  { "x-request-id": "short" },
  { "x-request-id": "evil, request_id: other" },
  { "x-request-id": "x".repeat(129) },
  { traceparent: "00-00000000000000000000000000000000-b7ad6b7169203331-01" },
  { traceparent: "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
]) {
  test(`handle() makes an id of its own, given ${JSON.stringify(headers).slice(0, 60)}`, async () => {
    const { send } = setUp(hello);

    const reply = await send({ headers: JSON.parse(JSON.stringify(headers)) });

    assert.match(reply.headers["x-request-id"] ?? "", /^[0-9a-f]{32}$/);
  });
}

test("handle() shows a UserError's text, and for anything else nothing of it", async () => {
  const shown = await setUp(failing(new UserError(422, 'Cannot do it with "x"'))).send();
  const { send, lines } = setUp(failing(new Error(SECRET, { cause: new Error("the cause") })));
  const hidden = await send();

  assert.equal(shown.status, 422);
  assert.match(String(shown.body), /Cannot do it with &quot;x&quot;/);
  assert.equal(hidden.status, 500);
  assert.doesNotMatch(String(hidden.body) + JSON.stringify(hidden.headers), new RegExp(SECRET));
  assert.match(lines.join(""), new RegExp(`ERRO Request failed.*${SECRET}.*the cause`));
});

for (const [accept, hasPages, expected] of [
  ["text/html,application/xhtml+xml,*/*;q=0.8", true, "text/html"],
  ["application/json", true, "application/json"],
  ["application/json;q=0.5, text/html", true, "text/html"],
  ["*/*", true, "text/html"],
  ["text/html", false, "application/json"],
] as const) {
  test(`handle() answers an error as ${expected}, ${hasPages ? "where there are pages" : "without pages"} and ${accept} is asked for`, async () => {
    const { send } = setUp(failing(new UserError(400, "Bad")), { hasPages });

    const reply = await send({ headers: { accept } });

    assert.equal(reply.headers["content-type"], `${expected}; charset=utf-8`);
  });
}

test("handle() says which methods a path takes, and what is at none", async () => {
  const { send } = setUp(hello);

  const wrong = await send({ method: "DELETE" });
  const unknown = await send({ url: "/nothing" });

  assert.deepEqual([wrong.status, wrong.headers.allow], [405, "GET, POST, HEAD"]);
  assert.equal(unknown.status, 404);
  assert.equal(unknown.headers["cache-control"], "no-store");
});

test("handle() redirects to a path without superfluous slashes, and never to another host", async () => {
  const { send } = setUp(hello);

  const replies = await Promise.all(
    ["/things/1/", "//things///1?a=b", "//evil.example.com/"].map((url) => send({ url })),
  );

  assert.deepEqual(
    replies.map(({ status, headers }) => [status, headers.location]),
    [
      [308, "/things/1"],
      [308, "/things/1?a=b"],
      [404, undefined],
    ],
  );
});

test("handle() reads a query string and a path that are not well-formed, as the URL standard does", async () => {
  const echo = httpFunction<{ id: string; q: string | null }, string>({
    usesDatabase: false,
    readParams: ({ params, query }) => ({ id: params.id ?? "", q: query.get("q") }),
    handle: (_, { id, q }) => `${id} ${q}`,
    render: text,
  });
  const { send } = setUp(echo);

  const reply = await send({ url: "/things/%zz?%zz=%FF&q=1%zz%&&=" });

  assert.deepEqual([reply.status, reply.body], [200, "%zz 1%zz%"]);
});

test("handle() sends security headers with every reply", async () => {
  const replies = await Promise.all([
    setUp(hello).send(),
    setUp(hello).send({ url: "/nothing" }),
    setUp(failing(new Error())).send(),
    setUp(hello).send({ method: "OPTIONS" }),
  ]);

  for (const { headers } of replies) {
    assert.match(headers["content-security-policy"] ?? "", /^default-src 'none'; .*frame-ancestors 'none'$/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["strict-transport-security"] ?? "", /^max-age=\d+$/);
    assert.equal(headers["x-powered-by"], undefined);
  }
});

test("handle() answers OPTIONS and says that any origin may ask, where a function allows it", async () => {
  const { send } = setUp({ ...hello, allowsCors: true });

  const preflight = await send({ method: "OPTIONS", headers: { origin: "https://app.example.com" } });
  const reply = await send({ method: "POST" });

  assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, "GET, POST, HEAD"]);
  assert.equal(reply.headers["access-control-allow-origin"], "*");
  assert.equal(reply.headers["access-control-allow-credentials"], undefined);
});

test("handle() answers 503 and aborts the signal, when a function takes too long", async () => {
  let isAborted = false;
  const slow = httpFunction<object, string>({
    usesDatabase: false,
    readParams: () => ({}),
    handle: (ctx) =>
      new Promise(() => {
        ctx.signal.addEventListener("abort", () => {
          isAborted = true;
        });
      }),
    render: text,
  });
  const { send } = setUp(slow, { environment: { PODCORE_REQUEST_TIMEOUT_MS: "100" } });

  const reply = await send();

  assert.deepEqual([reply.status, isAborted], [503, true]);
});

test("handle() shows nothing of a failed query, and logs none of its params", async () => {
  const querying = adminFunction({
    readParams: () => ({}),
    run: async (ctx) => {
      await ctx.db.once.execute(sql`select ${SECRET}::int`);
      return {};
    },
  });
  const { app, send, lines } = setUp(querying, { hasPages: false });

  const reply = await send({ method: "POST", headers: AS_OPERATOR });

  await app.close();
  assert.equal(reply.status, 500);
  assert.equal(JSON.parse(String(reply.body)).errors[0].message, "Internal server error");
  assert.doesNotMatch(String(reply.body), /invalid input|nobody/);
  assert.match(lines.join(""), /ERRO Request failed/);
});

test("handle() takes a CloudEvent for a tick, and says what it misses in any other request", async () => {
  const tick = tickFunction({
    usesDatabase: false,
    readParams: (data) => ({ data }),
    run: async (_, params) => params,
  });
  const { send } = setUp(tick, { hasPages: false });
  const attributes = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/here", "ce-type": "ping" };
  const structured = JSON.stringify({ specversion: "1.0", id: "1", source: "/here", type: "ping", data: { a: 1 } });

  const replies = await Promise.all([
    send({ method: "POST", headers: attributes, body: '{"a":1}' }),
    send({ method: "POST", headers: attributes }),
    send({
      method: "POST",
      headers: { "content-type": "application/cloudevents+json; charset=utf-8" },
      body: structured,
    }),
    send({ method: "POST", body: "{}" }),
    send({ method: "POST", headers: { ...attributes, "ce-specversion": "0.3" }, body: "{}" }),
    send({ method: "POST", headers: attributes, body: "{" }),
  ]);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200, 400, 400, 400],
  );
  assert.deepEqual(
    replies.slice(0, 3).map(({ body }) => body),
    ['{"data":{"a":1}}', '{"data":{}}', '{"data":{"a":1}}'],
  );
  assert.match(
    String(replies[3]?.body),
    /not a CloudEvent: \\"specversion\\", \\"id\\", \\"source\\", \\"type\\" missing/,
  );
});

test("handle() refuses an operator's function to a page of another site", async () => {
  const { send } = setUp(
    adminFunction({ usesDatabase: false, readParams: () => ({}), run: async () => ({ done: true }) }),
  );

  const foreign = await send({ method: "POST", headers: { ...AS_OPERATOR, "sec-fetch-site": "cross-site" } });
  const own = await send({ method: "POST", headers: AS_OPERATOR });

  assert.deepEqual([foreign.status, own.status], [403, 200]);
});
