import { setImmediate } from "node:timers/promises";
import { convertChannel } from "./convert-channel.ts";
import { FeedError } from "./feed-error.ts";
import { jsonReader } from "./json/json-reader.ts";
import type { Feed } from "./model.ts";
import { chooseCharset, decodeSlices } from "./xml/charset.ts";
import { createCollector } from "./xml/collector.ts";
import type { FeedNode } from "./xml/feed-node.ts";
import { inflatedBody } from "./xml/inflated-body.ts";
import { createTurns, inTurns } from "./xml/steps.ts";
import { xmlReader } from "./xml/xml-reader.ts";

export type FeedInput = {
  body: Buffer;
  contentType: string | undefined;
  /** The URL after redirects, which is the base of relative links. */
  url: string;
  signal?: AbortSignal;
};

// Reading a slice of the densest markup takes about 10 ms.
const SLICE_BYTES = 32_768;
// JSON may begin with some white space.
const JSON_START_BYTES = 1_024;
// Searching a slice for a byte that is not white space takes 1 to 2 ms.
const BLANK_SLICE_BYTES = 262_144;

/**
 * Reads RSS 2.0, RDF, Atom or JSON Feed bytes into our model. Works in slices, so that it never blocks the event loop for long. Lists
 * unusable items in `skipped` and keeps the others.
 *
 * @throws FeedError if the body is not a feed or is truncated
 * @throws the signal's reason once it is aborted
 */
export async function readFeed({ body, contentType, url, signal }: FeedInput): Promise<Feed> {
  const bytes = await inflatedBody(body);
  const takeTurns = createTurns(signal);
  const collector = createCollector(url);
  let items: FeedNode[] = [];
  const onItem = (item: FeedNode) => items.push(item);
  const reader = isJson(bytes) ? jsonReader(onItem) : xmlReader({ feedUrl: url, onItem });

  async function collect(): Promise<void> {
    for (const item of items) await inTurns(collector.add(item), takeTurns);
    items = [];
    await takeTurns();
  }

  for (const text of decodeSlices(bytes, chooseCharset(bytes, contentType), SLICE_BYTES)) {
    reader.write(text);
    await collect();
  }
  reader.end();
  await collect();

  const { kind, channel, isComplete } = reader.result();
  if (kind === undefined) throw await notAFeed(bytes);
  if (!isComplete) throw new FeedError("truncated", "it ends before its last element is closed");
  const converted = await inTurns(convertChannel(channel, url), takeTurns);
  return { kind, ...converted, ...(await inTurns(collector.result(), takeTurns)) };
}

/** True if the first character is that of a JSON object. No XML begins with it. */
function isJson(bytes: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\{/.test(bytes.toString("latin1", 0, JSON_START_BYTES));
}

async function notAFeed(bytes: Buffer): Promise<FeedError> {
  for (let start = 0; start < bytes.length; start += BLANK_SLICE_BYTES) {
    // Bytes up to 0x20 are white space in all encodings of feeds.
    if (bytes.subarray(start, start + BLANK_SLICE_BYTES).some((byte) => byte > 0x20))
      return new FeedError("not-a-feed", "no <rss>, <rdf:RDF> or <feed> element");
    await setImmediate();
  }
  return new FeedError("empty", "it is empty");
}
