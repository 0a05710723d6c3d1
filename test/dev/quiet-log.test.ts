import assert from "node:assert/strict";
import test from "node:test";
import { createQuietLog } from "../../shared/dev/quiet-log.ts";
import { createLog, step, withContext } from "../../shared/log/log.ts";

/** What is shown of all that `write` logs, with times as `12:00:00`. */
async function shown(write: (log: ReturnType<typeof createLog>) => unknown): Promise<string> {
  const quietLog = createQuietLog();
  let text = "";
  const show = (lines: string) => {
    for (const line of lines.trimEnd().split("\n")) text += quietLog(line);
  };
  await write(createLog({ format: "json", level: "info", write: show, now: () => new Date(2026, 0, 2, 12) }));
  return text;
}

const request = { status: 200, path: "/podcasts/1", method: "GET", elapsed: "12.345ms" };

test("createQuietLog() shows one line a request, whatever its steps", async () => {
  const text = await shown(async (log) => {
    await step(log, "build_params", () => {});
    await step(log, "handle_message", () => {});
    log.info("Request finished", request);
  });

  assert.equal(text, "12:00:00 200 GET /podcasts/1 12ms\n");
});

test("createQuietLog() says on a refused request's line why, and on no other's", async () => {
  const text = await shown(async (log) => {
    const fail = () => Promise.reject(new Error("nothing\nthere"));
    await withContext({ request_id: "a" }, () => step(log, "handle_message", fail).catch(() => {}));
    withContext({ request_id: "b" }, () => log.info("Request finished", { ...request, status: 404 }));
    withContext({ request_id: "a" }, () => log.info("Request finished", { ...request, status: 422 }));
  });

  assert.equal(text, "12:00:00 404 GET /podcasts/1 12ms\n12:00:00 422 GET /podcasts/1 12ms: nothing\\nthere\n");
});

test("createQuietLog() shows nothing of a tick that did nothing, and what another did", async () => {
  const tick = { ...request, path: "/tick/crawl", method: "POST" };

  const idle = await shown((log) => {
    log.info("Crawl finished", { num_claimed: 0, num_failed: 0 });
    log.info("Clean finished");
    log.info("Request finished", tick);
  });
  const busy = await shown((log) => {
    log.info("Crawl finished", { num_claimed: 3, num_failed: 0 });
    log.info("Request finished", tick);
  });
  const failed = await shown((log) => log.info("Request finished", { ...tick, status: 503 }));

  assert.equal(idle, "");
  assert.equal(busy, "12:00:00 Crawl finished, num_claimed: 3\n");
  assert.equal(failed, "12:00:00 503 POST /tick/crawl 12ms\n");
});

test("createQuietLog() frames a link that is not mailed, and leaves it alone on its line", async () => {
  const link = "http://localhost:8080/verify?code=abc";

  const text = await shown((log) => log.info("Mail is off: open the link yourself", { subject: "Confirm", link }));

  const rule = "─".repeat("12:00:00 Mail is off: open the link yourself (Confirm)".length);
  assert.equal(text, `\n${rule}\n12:00:00 Mail is off: open the link yourself (Confirm)\n\n${link}\n${rule}\n\n`);
});

test("createQuietLog() shows warnings and errors with their cause and stack, and what is no log line as it is", async () => {
  const text = await shown((log) => {
    log.warn("Mail refused", { reason: "no such mailbox" });
    log.error("Crawl failed", { cause: new Error("it broke \x1b[31m") });
  });

  const [warning, error, frame] = text.split("\n");
  assert.equal(warning, "12:00:00 WARNING Mail refused, reason: no such mailbox");
  assert.equal(error, "12:00:00 ERROR Crawl failed, error: it broke \\x1b[31m");
  assert.match(frame ?? "", /^ {4}at /);
  assert.equal(createQuietLog()("(node:1) Warning: {"), "(node:1) Warning: {\n");
});
