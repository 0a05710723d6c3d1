import assert from "node:assert/strict";
import test from "node:test";
import { UserError } from "../../shared/errors.ts";
import { createErrorReporter } from "../../shared/log/error-reporter.ts";
import { createLog, withContext } from "../../shared/log/log.ts";
import { VERSION } from "../../shared/version.gen.ts";
import { startSentry } from "../support/sentry.ts";

function openReporter(dsn: string) {
  const lines: string[] = [];
  const ownLog = createLog({ format: "flat", level: "info", write: (text) => lines.push(text) });
  const reporter = createErrorReporter(ownLog, { dsn, environment: "production", name: "web-home-get" });
  return { ...reporter, printed: () => lines.join("") };
}

test("createErrorReporter() sends an error in an envelope, its oldest cause and its oldest call first", async () => {
  const sentry = await startSentry();
  const { log, flush, printed } = openReporter(sentry.dsn);
  const cause = new TypeError("This is where it began");
  const error = new Error("Failed", { cause: new RangeError("In between", { cause }) });
  error.stack = `Error: Failed
    at async Layer.handle [as run] (/app/dist/web-home-get.cjs:3:1200)
    at file:///app/dist/x.cjs:7:8
    at Array.map (<anonymous>)
    at parse (node:url:1:2)`;

  withContext({ request_id: "0af7651916cd43dd", podcast_id: 17n }, () =>
    log.error("Request failed", { cause: error, num_tries: 3, at: new Date(0) }),
  );
  await flush();

  const [envelope] = sentry.envelopes;
  const [event] = sentry.events();
  assert.equal(sentry.envelopes.length, 1);
  assert.deepEqual(envelope?.path, "POST /api/42/envelope/");
  assert.equal(
    envelope?.auth,
    `Sentry sentry_version=7, sentry_client=podcore/${VERSION}, sentry_key=0123456789abcdef`,
  );
  assert.match(event?.event_id ?? "", /^[0-9a-f]{32}$/);
  assert.equal(envelope?.header.event_id, event?.event_id);
  assert.ok(Math.abs((event?.timestamp ?? 0) - Date.now() / 1_000) < 60);
  const { event_id, timestamp, server_name, exception, ...rest } = event ?? {};
  assert.deepEqual(rest, {
    platform: "node",
    level: "error",
    logger: "podcore",
    release: `podcore@${VERSION}`,
    environment: "production",
    sdk: { name: "podcore", version: VERSION },
    message: "Request failed",
    transaction: "web-home-get",
    tags: { function_name: "web-home-get", request_id: "0af7651916cd43dd", podcast_id: "17" },
    extra: { num_tries: 3, at: "1970-01-01T00:00:00.000Z" },
  });
  assert.deepEqual(
    exception?.values.map(({ type, value }) => [type, value]),
    [
      ["TypeError", "This is where it began"],
      ["RangeError", "In between"],
      ["Error", "Failed"],
    ],
  );
  assert.deepEqual(exception?.values[2]?.stacktrace?.frames, [
    { function: "parse", filename: "node:url", lineno: 1, colno: 2, in_app: false },
    { function: "<anonymous>", filename: "/app/dist/x.cjs", lineno: 7, colno: 8, in_app: true },
    {
      function: "Layer.handle [as run]",
      filename: "/app/dist/web-home-get.cjs",
      lineno: 3,
      colno: 1200,
      in_app: true,
    },
  ]);
  const ownFrame = exception?.values[0]?.stacktrace?.frames.at(-1);
  assert.match(ownFrame?.filename ?? "", /error-reporter\.test\.ts$/);
  assert.match(printed(), /ERRO Request failed, num_tries: 3/);
});

test("createErrorReporter() sends nothing secret", async () => {
  const sentry = await startSentry();
  const { log, flush } = openReporter(sentry.dsn);
  const secret = "hunter2";
  const causes = [
    `Cannot fetch feed "https://me:${secret}@example.com/feed.xml?token=${secret}"`,
    `Failed query: select 1 where a = $1\nparams: ${secret}`,
    `Cannot use the header "cookie: podcore-login=${secret}"`,
    `Cannot use "authorization: Bearer ${secret}"`,
  ];

  for (const message of causes) {
    log.error(message, { cause: new Error("Failed", { cause: new Error(message) }), url: message, password: secret });
  }
  await flush();

  assert.equal(sentry.events().length, causes.length);
  assert.doesNotMatch(sentry.text(), new RegExp(secret));
  assert.match(sentry.text(), /https:\/\/\*\*\*@example\.com/);
});

test("createErrorReporter() sends an error without a cause as a message, and one that is no Error as what it is", async () => {
  const sentry = await startSentry();
  const { log, flush } = openReporter(sentry.dsn);

  log.error("Job parked", { num_errors: 10 });
  log.error("Request failed", { cause: "just a text" });
  await flush();

  const [parked, thrown] = await sentry.untilEvents(2);
  assert.deepEqual([parked?.message, parked?.extra, parked?.exception], ["Job parked", { num_errors: 10 }, undefined]);
  assert.deepEqual(thrown?.exception?.values, [{ type: "Thrown", value: "just a text" }]);
});

test("createErrorReporter() sends neither warnings nor what is its reader's own failure", async () => {
  const sentry = await startSentry();
  const { log, flush } = openReporter(sentry.dsn);

  log.warn("Slow");
  log.error("Cannot reingest podcast", { cause: new UserError(404, "Not found") });
  log.error("Cannot do job", { cause: new UserError(504, "Cannot finish the job") });
  await flush();

  assert.deepEqual(
    sentry.events().map(({ message }) => message),
    ["Cannot do job"],
  );
});

test("createErrorReporter() sends the same error once, though it is logged in other words and of other requests", async () => {
  const sentry = await startSentry();
  const { log, flush, printed } = openReporter(sentry.dsn);
  const fail = () => new Error("The database is away");

  const causes = Array.from({ length: 5 }, fail);
  for (const [i, cause] of causes.entries()) {
    withContext({ request_id: `request-${i}` }, () => log.error(`Request ${i} failed`, { cause }));
    withContext({ request_id: `request-${i}` }, () => log.error("Schema is older"));
  }
  // Of a message the fields tell which it is: here another job.
  for (const job_id of [1, 2]) withContext({ job_id }, () => log.error("Job parked"));
  await flush();

  assert.deepEqual(
    sentry.events().map(({ message, tags }) => [message, tags.job_id]),
    [
      ["Request 0 failed", undefined],
      ["Schema is older", undefined],
      ["Job parked", "1"],
      ["Job parked", "2"],
    ],
  );
  assert.match(printed(), /WARN Errors were not reported, num_repeated: 8, num_dropped: 0/);
});

test("createErrorReporter() has ten at most under way and thirty in a minute, and tells how many it dropped", async () => {
  const sentry = await startSentry();
  const { log, flush, printed } = openReporter(sentry.dsn);

  for (let i = 0; i < 12; i++) log.error("Storm", { num: i });
  await sentry.untilEvents(10);
  await flush();
  for (let round = 1; round <= 3; round++) {
    for (let i = 0; i < 10; i++) log.error("Storm", { num: round * 100 + i });
    await flush();
  }

  assert.equal(sentry.events().length, 30);
  assert.match(printed(), /num_dropped: 2\n.*num_dropped: 10\n/s);
});

test("createErrorReporter() tells the server with the next event how many it dropped", async () => {
  const sentry = await startSentry();
  const { log, flush } = openReporter(sentry.dsn);

  log.error("Once", { num: 1 });
  log.error("Once", { num: 1 });
  log.error("Another");
  await flush();

  const reports = sentry.envelopes
    .flatMap(({ items }) => items)
    .flatMap((item) => (item.type === "client_report" ? [item.payload.discarded_events] : []));
  assert.deepEqual(reports, [[{ reason: "event_processor", category: "error", quantity: 1 }]]);
});

test("createErrorReporter() keeps quiet for as long as a 429 says", async () => {
  const sentry = await startSentry({ answer: () => ({ status: 429, headers: { "retry-after": "30" } }) });
  const { log, flush, printed } = openReporter(sentry.dsn);

  log.error("First");
  await flush();
  log.error("Second");
  await flush();

  assert.equal(sentry.envelopes.length, 1);
  assert.match(printed(), /num_dropped: 1\n.*num_dropped: 1\n/s);
});

test("createErrorReporter() logs what a server refuses, and that none is there, and throws nothing", async () => {
  const refusing = await startSentry({ answer: () => ({ status: 403 }) });
  const gone = await startSentry();
  await gone.close();
  const reporters = [refusing.dsn, gone.dsn].map(openReporter);

  for (const { log } of reporters) log.error("Failed");
  for (const { flush } of reporters) await flush();

  assert.match(reporters[0]?.printed() ?? "", /WARN Cannot report an error, reason: status 403\n.*num_dropped: 1/s);
  assert.match(reporters[1]?.printed() ?? "", /WARN Cannot report an error, reason: .*ECONNREFUSED.*num_dropped: 1/s);
});

test("flush() gives up on a server that does not answer", async () => {
  const sentry = await startSentry({ answer: () => "nothing" });
  const { log, flush, printed } = openReporter(sentry.dsn);

  log.error("Failed");
  await flush();

  assert.equal(sentry.events().length, 1);
  assert.match(printed(), /Cannot report an error, reason: AbortError.*num_dropped: 1/s);
});

test("createErrorReporter() takes a DSN with a path before the project and a secret behind the key", async () => {
  const sentry = await startSentry({ prefix: "/errors/of" });
  const { log, flush } = openReporter(sentry.dsn.replace("@", ":old-secret@"));

  log.error("Failed");
  await flush();

  const [{ path, auth } = {}] = sentry.envelopes;
  assert.equal(path, "POST /errors/of/api/42/envelope/");
  assert.match(auth ?? "", /sentry_key=0123456789abcdef, sentry_secret=old-secret$/);
});

test("createErrorReporter() leaves the log as it is without a DSN", async () => {
  const ownLog = createLog({ format: "flat", level: "info", write() {} });

  const { log, flush } = createErrorReporter(ownLog, { dsn: undefined, environment: "production", name: "api" });
  await flush();

  assert.equal(log, ownLog);
});
