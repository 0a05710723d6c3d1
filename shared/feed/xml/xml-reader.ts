import type { FeedReader } from "../feed-reader.ts";
import type { FeedNode } from "./feed-node.ts";
import { feedTree } from "./feed-tree.ts";
import { xmlTokens } from "./xml-tokens.ts";

/** Reads RSS 2.0, RDF and Atom. */
export function xmlReader({ feedUrl, onItem }: { feedUrl: string; onItem: (node: FeedNode) => void }): FeedReader {
  const tree = feedTree({ feedUrl, onItem });
  const tokens = xmlTokens(tree);
  return { write: tokens.write, end: tokens.end, result: tree.result };
}
