import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createLog, type Log, type LogOptions, step, withContext } from "../../shared/log/log.ts";

test("createLog() prints a request as a tree", async () => {
  const id = "50cc9a741e43447d82b8ecf40ad949de";
  const { log, printed } = openLog({
    format: "tree",
    now: clock([27, 5], [938, 938, 938, 938, 938, 941, 941, 941, 941]),
  });

  await logRequest(log, { id, elapsed: "3.795ms" });

  assert.equal(
    printed(),
    `Mar 25 10:27:05.938 DEBG Generated request ID, request_id: 50cc9a741e43447d82b8ecf40ad949de
request_id: 50cc9a741e43447d82b8ecf40ad949de
 step: build_params
  Mar 25 10:27:05.938 INFO Start
  Mar 25 10:27:05.938 INFO Finish, elapsed: *
 step: handle_message
  Mar 25 10:27:05.938 INFO Start
  Mar 25 10:27:05.938 INFO Looking up podcast, id: 1
  Mar 25 10:27:05.941 INFO Finish, elapsed: *
 step: render_view_model
  Mar 25 10:27:05.941 INFO Start
  Mar 25 10:27:05.941 INFO Finish, elapsed: *
 Mar 25 10:27:05.941 INFO Request finished, status: 200, path: /podcasts/1, method: GET, elapsed: *
`,
  );
});

test("createLog() prints a request as flat lines", async () => {
  const id = "59a12820537c4dcab7dbc9fd47e98cb5";
  const { log, printed } = openLog({
    format: "flat",
    now: clock([29, 14], [662, 662, 662, 663, 663, 666, 666, 666, 666]),
  });

  await logRequest(log, { id, elapsed: "4.633ms" });

  assert.equal(
    printed(),
    `Mar 25 10:29:14.662 DEBG Generated request ID, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.662 INFO Start, step: build_params, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.662 INFO Finish, elapsed: *, step: build_params, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.663 INFO Start, step: handle_message, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.663 INFO Looking up podcast, id: 1, step: handle_message, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.666 INFO Finish, elapsed: *, step: handle_message, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.666 INFO Start, step: render_view_model, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.666 INFO Finish, elapsed: *, step: render_view_model, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
Mar 25 10:29:14.666 INFO Request finished, status: 200, path: /podcasts/1, method: GET, elapsed: *, request_id: 59a12820537c4dcab7dbc9fd47e98cb5
`,
  );
});

test("createLog() prints JSON as Google Cloud Logging reads it", () => {
  const { log, printed } = openLog({
    format: "json",
    projectId: "demo",
    now: () => new Date("2024-03-25T10:27:05.938Z"),
  });

  withContext({ trace_id: "0af7", podcast_id: 9007199254740993n }, () => {
    log.warn("Slow", { at: new Date(0), urls: ["a", "b"], ratio: Number.NaN, num: 2, is_new: true, message: "mine" });
  });

  assert.equal(
    printed(),
    `{"severity":"WARNING","message":"Slow","time":"2024-03-25T10:27:05.938Z","at":"1970-01-01T00:00:00.000Z",` +
      `"urls":["a","b"],"ratio":"NaN","num":2,"is_new":true,"message_":"mine","podcast_id":"9007199254740993",` +
      `"logging.googleapis.com/trace":"projects/demo/traces/0af7"}\n`,
  );
});

test("createLog() prints a plain trace id in JSON without a project", () => {
  const { log, printed } = openLog({ format: "json" });

  withContext({ trace_id: "0af7" }, () => log.info("x"));

  assert.equal(JSON.parse(printed())["logging.googleapis.com/trace"], "0af7");
});

test("createLog() prints nothing below its level", () => {
  const levels = ["debug", "info", "warn", "error", "silent"] as const;

  const printedByLevel = levels.map((level) => {
    const { log, printed } = openLog({ format: "flat", level });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    return printed().replaceAll(/^.{20}/gm, "");
  });

  const lines = ["DEBG a\n", "INFO b\n", "WARN c\n", "ERRO d\n"];
  assert.deepEqual(
    printedByLevel,
    levels.map((_, i) => lines.slice(i).join("")),
  );
});

test("withContext() lets requests that take turns be told apart in flat lines", async () => {
  const { log, printed } = openLog({ format: "flat" });

  await Promise.all(["a", "b"].map((id) => logSteps(log, id)));

  const lines = printed().trimEnd().split("\n");
  const [ofA, ofB] = ["a", "b"].map((id) =>
    lines.filter((line) => line.endsWith(`request_id: ${id}`)).map((line) => line.slice(20)),
  );
  assert.deepEqual(ofA, [
    "INFO Start, step: one, request_id: a",
    "INFO Finish, elapsed: *, step: one, request_id: a",
    "INFO Start, step: two, request_id: a",
    "INFO Finish, elapsed: *, step: two, request_id: a",
  ]);
  assert.deepEqual(
    ofB,
    ofA.map((line) => line.replace(/a$/, "b")),
  );
  assert.equal(lines.length, 8);
  assert.notDeepEqual(
    lines.slice(0, 4).map((line) => line.at(-1)),
    ["a", "a", "a", "a"],
  );
});

test("withContext() has its headings repeated when a record of another context came between", () => {
  const { log, printed } = openLog({ format: "tree", now: clock([0, 0], [1, 2, 3, 4, 5]) });

  for (const request_id of ["a", "b", "b"]) withContext({ request_id, step: "one" }, () => log.info("Turn"));
  log.info("Outside");
  withContext({ request_id: "b" }, () => log.info("Turn"));

  assert.equal(
    printed(),
    `request_id: a
 step: one
  Mar 25 10:00:00.001 INFO Turn
request_id: b
 step: one
  Mar 25 10:00:00.002 INFO Turn
  Mar 25 10:00:00.003 INFO Turn
Mar 25 10:00:00.004 INFO Outside
request_id: b
 Mar 25 10:00:00.005 INFO Turn
`,
  );
});

test("withContext() nests: a tree shows every level, a flat line the innermost of a name", () => {
  const tree = openLog({ format: "tree", now: clock([0, 0], [1, 2]) });
  const flat = openLog({ format: "flat", now: clock([0, 0], [1, 2]) });

  for (const { log } of [tree, flat]) {
    withContext({ request_id: "a", step: "outer" }, () => {
      withContext({ step: "inner", podcast_id: 7 }, () => log.info("In"));
      log.info("Out", { request_id: "own" });
    });
  }

  assert.equal(
    tree.printed(),
    `request_id: a
 step: outer
  step: inner
   podcast_id: 7
    Mar 25 10:00:00.001 INFO In
  Mar 25 10:00:00.002 INFO Out, request_id: own
`,
  );
  assert.equal(
    flat.printed(),
    `Mar 25 10:00:00.001 INFO In, podcast_id: 7, step: inner, request_id: a
Mar 25 10:00:00.002 INFO Out, request_id: own, step: outer
`,
  );
});

test("createLog() keeps a value from starting a line of its own", () => {
  const forged = "x\nMar 25 10:00:00.001 ERRO forged\u2028\x1b[2J";

  const [tree, flat, json] = (["tree", "flat", "json"] as const).map((format) => {
    const { log, printed } = openLog({ format, now: clock([0, 0], [1]) });
    withContext({ title: forged }, () => log.info(forged, { title2: forged }));
    return printed();
  });

  const escaped = "x\\nMar 25 10:00:00.001 ERRO forged\\u2028\\x1b[2J";
  assert.equal(tree, `title: ${escaped}\n Mar 25 10:00:00.001 INFO ${escaped}, title2: ${escaped}\n`);
  assert.equal(flat, `Mar 25 10:00:00.001 INFO ${escaped}, title2: ${escaped}, title: ${escaped}\n`);
  assert.equal(json?.match(/\n/g)?.length, 1);
  assert.equal(JSON.parse(json ?? "").title, forged);
});

test("error() prints the causes, and the stack below in a tree, on the line in a flat log", () => {
  const cause = failureOf("Cannot crawl", failureOf("Cannot fetch\nfeed", failureOf("refused", undefined)));

  const [tree, flat, json] = (["tree", "flat", "json"] as const).map((format) => {
    const { log, printed } = openLog({ format, now: clock([0, 0], [1]) });
    withContext({ request_id: "a" }, () => log.error("Request failed", { status: 500, cause }));
    return printed();
  });

  const line = "Request failed, status: 500, error: Cannot crawl, cause: Cannot fetch\\nfeed; refused";
  const stack = [
    "Error: Cannot crawl",
    "    at run (file:///a.ts:1:2)",
    "Caused by: Error: Cannot fetch\\nfeed",
    "    at run (file:///a.ts:1:2)",
    "Caused by: Error: refused",
    "    at run (file:///a.ts:1:2)",
  ];
  assert.equal(
    tree,
    `request_id: a\n Mar 25 10:00:00.001 ERRO ${line}\n${stack.map((frame) => `   ${frame}\n`).join("")}`,
  );
  assert.equal(flat, `Mar 25 10:00:00.001 ERRO ${line}, stack: ${stack.join("\\n")}, request_id: a\n`);
  const fields = JSON.parse(json ?? "");
  assert.equal(fields.error, "Cannot crawl");
  assert.equal(fields.cause, "Cannot fetch\nfeed; refused");
  assert.equal(fields.stack_trace, stack.join("\n"));
});

test("error() prints no secret of an error, its stack or its causes", () => {
  const message = "Failed query: select $1\nparams: hunter2\n    at hunter2 (evil)";
  const query = new Error(message, { cause: new Error("https://me:hunter2@example.com/ refused") });
  const cause = new Error("Cannot log in with password=hunter2", { cause: query });

  const texts = (["tree", "flat", "json"] as const).map((format) => {
    const { log, printed } = openLog({ format });
    log.error("Bearer hunter2", { password: "hunter2", cause });
    return printed();
  });

  for (const text of texts) {
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /log\.test\.ts/);
    assert.match(text, /example\.com\/ refused/);
  }
});

test("error() prints whatever was thrown", () => {
  const looped = new Error("looped");
  looped.cause = looped;
  const noAddress = new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]);
  const { log, printed } = openLog({ format: "flat" });

  for (const cause of ["text", null, 7, { password: "x" }, noAddress, looped, undefined])
    log.error("Failed", { cause });

  assert.deepEqual(
    printed()
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(20).replace(/, stack: .*/, "")),
    [
      "ERRO Failed, error: text",
      "ERRO Failed, error: not an error but null",
      "ERRO Failed, error: not an error but number",
      "ERRO Failed, error: not an error but object",
      "ERRO Failed, error: refused ::1 and refused 127.0.0.1",
      "ERRO Failed, error: looped, cause: looped; looped; looped; looped; looped",
      "ERRO Failed",
    ],
  );
});

async function logRequest(log: Log, { id, elapsed }: { id: string; elapsed: string }): Promise<void> {
  log.debug("Generated request ID", { request_id: id });
  await withContext({ request_id: id }, async () => {
    await step(log, "build_params", () => {});
    await step(log, "handle_message", async () => {
      await nextTurn();
      log.info("Looking up podcast", { id: 1n });
    });
    await step(log, "render_view_model", () => {});
    log.info("Request finished", { status: 200, path: "/podcasts/1", method: "GET", elapsed });
  });
}

async function logSteps(log: Log, id: string): Promise<void> {
  await withContext({ request_id: id }, async () => {
    await step(log, "one", () => nextTurn());
    await step(log, "two", () => nextTurn());
  });
}

function failureOf(message: string, cause: Error | undefined): Error {
  const failure = new Error(message, { cause });
  failure.stack = `Error: ${message}\n    at run (file:///a.ts:1:2)\n    at emit (node:internal/x:1:2)`;
  return failure;
}

/** `printed` is all that was logged, with the durations replaced by a star. */
function openLog(options: Omit<LogOptions, "level"> & { level?: LogOptions["level"] }) {
  let text = "";
  const log = createLog({
    level: "debug",
    ...options,
    write: (line) => {
      text += line;
    },
  });
  return { log, printed: () => text.replaceAll(/elapsed: [\d.]+(?:µs|ms|s)/g, "elapsed: *") };
}

function clock([minute, second]: [number, number], millis: number[]): () => Date {
  const left = millis.values();
  return () => new Date(2018, 2, 25, 10, minute, second, left.next().value);
}
