import { setImmediate } from "node:timers/promises";
import { chooseCharset, decodeSlices } from "./charset.ts";
import { createCollector } from "./collector.ts";
import { convertChannel } from "./convert-channel.ts";
import { FeedError } from "./feed-error.ts";
import type { FeedNode } from "./feed-node.ts";
import { feedTree } from "./feed-tree.ts";
import { inflatedBody } from "./inflated-body.ts";
import type { Feed } from "./model.ts";
import { xmlTokens } from "./xml-tokens.ts";

export type FeedInput = {
  body: Buffer;
  contentType: string | undefined;
  /** The final one, against which relative links are resolved. */
  url: string;
  signal?: AbortSignal;
};

// Reading a slice of the densest markup takes some 10 ms.
const SLICE_BYTES = 32_768;
// How long it works before others have their turn. One item more can take another 30.
const TURN_MS = 5;

/**
 * Reads RSS 2.0, RDF or Atom bytes into our model, a slice at a time, so that the event loop is never held for long. Items that
 * cannot be used are listed in `skipped` and lose no other.
 *
 * @throws FeedError when it is no feed, or ends before the feed does
 * @throws the signal's reason once that is aborted
 */
export async function readFeed({ body, contentType, url, signal }: FeedInput): Promise<Feed> {
  const bytes = await inflatedBody(body);
  const takeTurns = createTurns(signal);
  const collector = createCollector(url);
  let items: FeedNode[] = [];
  const tree = feedTree({ feedUrl: url, onItem: (item) => items.push(item) });
  const tokens = xmlTokens(tree);

  for (const text of decodeSlices(bytes, chooseCharset(bytes, contentType), SLICE_BYTES)) {
    tokens.write(text);
    for (const item of items) {
      await takeTurns();
      collector.add(item);
    }
    items = [];
    await takeTurns();
  }

  const { kind, channel, isComplete } = tree.result();
  if (kind === undefined) throw notAFeed(bytes);
  if (!isComplete) throw new FeedError("truncated", "it ends before its last element is closed");
  return { kind, ...convertChannel(channel, url), ...collector.result() };
}

function createTurns(signal: AbortSignal | undefined): () => Promise<void> {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < TURN_MS) return;
    await setImmediate();
    signal?.throwIfAborted();
    startedAt = performance.now();
  };
}

function notAFeed(bytes: Buffer): FeedError {
  // White space in any of the encodings that feeds have.
  const isEmpty = bytes.every((byte) => byte <= 0x20);
  return isEmpty
    ? new FeedError("empty", "it is empty")
    : new FeedError("not-a-feed", "no <rss>, <rdf:RDF> or <feed> element");
}
