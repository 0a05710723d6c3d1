import assert from "node:assert/strict";
import { test } from "node:test";
import { FeedError } from "../../shared/feed/feed-error.ts";
import { measureBlock } from "../support/block-meter.ts";
import { item, read, rss } from "./feed-xml.ts";
import { WORST_INPUTS } from "./worst-inputs.ts";

const MAX_BYTES = 16 * 1_048_576;
// Ten times the aim.
const MAX_BLOCK_MS = 500;

for (const { name, make } of WORST_INPUTS) {
  test(`readFeed() gives others their turn within 50 ms, with ${name}`, async (t) => {
    const body = Buffer.from(make());
    await read(rss(item("a")));

    const { blockMs } = await measureBlock(() =>
      read(body).catch((error: unknown) => {
        if (!(error instanceof FeedError)) throw error;
      }),
    );

    t.diagnostic(`blocked for ${blockMs.toFixed(1)} ms`);
    assert.ok(body.length <= MAX_BYTES, `it has ${body.length} bytes`);
    assert.ok(blockMs < MAX_BLOCK_MS, `blocked for ${blockMs} ms`);
  });
}
