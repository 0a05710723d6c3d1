import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import test from "node:test";

const PREAMBLE = `
  import { createLog } from ${JSON.stringify(new URL("../../shared/log/log.ts", import.meta.url).href)};
  function logLines(log, numLines) {
    for (let i = 0; i < numLines; i++) log.info("Line", { i, padding: "x".repeat(200) });
  }
`;
// Later than node needs to start and fill the pipe, sooner than a flush gives up.
const LATE_READER = "(sleep 0.1; cat)";
const CREATE = `const log = createLog({ format: "flat", level: "info" });`;

test("createLog() loses no line when the process ends by itself", async () => {
  const { stdout, code } = await run(`${CREATE} logLines(log, 100);`);

  assert.equal(code, 0);
  assertLines(stdout, 100);
});

test("createLog() loses no line on process.exit()", async () => {
  const { stdout, code } = await run(`${CREATE} logLines(log, 10); process.exit(3);`);

  assert.equal(code, 3);
  assertLines(stdout, 10);
});

test("createLog() loses no line on an uncaught throw", async () => {
  const { stdout, stderr, code } = await run(`${CREATE} logLines(log, 10); throw new Error("boom");`);

  assert.equal(code, 1);
  assert.match(stderr, /boom/);
  assertLines(stdout, 10);
});

test("createLog() loses no line on an unhandled rejection", async () => {
  const { stdout, code } = await run(`${CREATE} logLines(log, 10); Promise.reject(new Error("boom"));`);

  assert.equal(code, 1);
  assertLines(stdout, 10);
});

test("createLog() loses no line on SIGTERM when the handler exits", async () => {
  const { stdout, code } = await run(`${CREATE}
    process.on("SIGTERM", () => { logLines(log, 10); process.exit(0); });
    setInterval(() => {}, 1000);
    process.kill(process.pid, "SIGTERM");`);

  assert.equal(code, 0);
  assertLines(stdout, 10);
});

test("flush() has written every line when it returns", async () => {
  const { stdout, signal } = await run(
    `${CREATE} logLines(log, 10); log.flush(); process.kill(process.pid, "SIGKILL");`,
  );

  assert.equal(signal, "SIGKILL");
  assertLines(stdout, 10);
});

// Touching process.stdout makes the pipe non-blocking, so a full one answers EAGAIN.
for (const numLines of [2_000, 10_000]) {
  test(`createLog() loses none of ${numLines} lines to a pipe whose reader starts late`, async () => {
    const script = `${CREATE} process.stdout; logLines(log, ${numLines}); process.exit(0);`;

    const { stdout } = await run(script, LATE_READER);

    assertLines(stdout, numLines);
  });
}

test("createLog() writes what a late reader left, without another line or the exit to prompt it", async () => {
  const script = `${CREATE} process.stdout; logLines(log, 2_000);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 2_000);`;

  const { stdout } = await run(script, LATE_READER);

  assertLines(stdout, 2_000);
});

test("createLog() goes on when its reader has gone", async () => {
  const child = start(`${CREATE} logLines(log, 1);
    await new Promise((resolve) => process.stdin.once("data", resolve));
    for (let turn = 0; turn < 10; turn++) {
      logLines(log, 1_000);
      await new Promise(setImmediate);
    }
    console.error("done");
    process.exit(0);`);
  const stderr = text(child.stderr);
  await once(child.stdout, "data");

  child.stdout.destroy();
  child.stdin.write("go");
  const [code] = await once(child, "exit");

  assert.equal(code, 0);
  assert.equal(await stderr, "done\n");
});

test("createLog() writes to stderr when told so, and keeps the order of two logs", async () => {
  const { stdout, stderr } = await run(`
    const logs = ["flat", "json"].map((format) => createLog({ format, level: "info", stream: "stderr" }));
    logs[0].info("first"); logs[1].info("second"); logs[0].info("third");`);

  assert.equal(stdout, "");
  assert.match(stderr, /first.*\n.*second.*\n.*third\n$/);
});

test("importing the log installs no handler, and opening logs installs one", async () => {
  const { stdout } = await run(`
    const count = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const before = count();
    for (let i = 0; i < 20; i++) createLog({ format: "flat", level: "info" });
    createLog({ format: "flat", level: "info", write() {} });
    console.log(JSON.stringify({ before, after: count() }));`);

  // newListener and removeListener are node's own.
  const { before, after } = JSON.parse(stdout);
  assert.deepEqual(after, [...before, ["exit", 1]]);
});

function assertLines(stdout: string, numLines: number): void {
  const numbers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => Number(/ INFO Line, i: (\d+), padding: x+$/.exec(line)?.[1]));
  assert.deepEqual(numbers, Array.from(numbers.keys()));
  assert.equal(numbers.length, numLines);
}

/** Runs a script whose stdout is read by a shell command through a real pipe: node itself would give it a socket. */
async function run(script: string, reader?: string) {
  const child = start(script, reader);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code, signal };
}

function start(script: string, reader?: string) {
  const args = ["--input-type=module", "-e", PREAMBLE + script];
  if (reader === undefined) return spawn(process.execPath, args);
  return spawn("sh", ["-c", `"$0" "$@" | ${reader}`, process.execPath, ...args]);
}
