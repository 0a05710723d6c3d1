import assert from "node:assert/strict";
import { Writable } from "node:stream";
import test from "node:test";
import { startStream, writeChunks } from "../../shared/http/stream.ts";
import { createLog } from "../../shared/log/log.ts";

const log = createLog({ format: "flat", level: "silent", write: () => {} });

async function* count(until: number, onEnd: () => void = () => {}): AsyncGenerator<string> {
  try {
    for (let i = 1; i <= until; i += 1) yield `${i} `;
  } finally {
    onEnd();
  }
}

test("writeChunks() writes all chunks, also to a target that takes one at a time", async () => {
  let written = "";
  const target = new Writable({
    highWaterMark: 1,
    write(chunk, _, callback) {
      written += chunk;
      setImmediate(callback);
    },
  });

  await writeChunks(await startStream(count(5), { abort: assert.fail, log }), { target });

  assert.equal(written, "1 2 3 4 5 ");
});

for (const { what, end } of [
  { what: "its target takes nothing for long", end: () => {} },
  { what: "its target is closed", end: (target: Writable) => target.destroy() },
]) {
  test(`writeChunks() fails and ends what makes the chunks, when ${what}`, async () => {
    let hasEnded = false;
    const target = new Writable({ highWaterMark: 1, write: () => end(target) });
    const chunks = count(5, () => {
      hasEnded = true;
    });

    await assert.rejects(writeChunks(await startStream(chunks, { abort: assert.fail, log }), { target, stallMs: 50 }));

    assert.equal(hasEnded, true);
  });
}
