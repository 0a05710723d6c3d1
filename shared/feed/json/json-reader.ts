import type { FeedReader } from "../feed-reader.ts";
import type { FeedNode } from "../xml/feed-node.ts";
import { channelNode, itemNode } from "./json-nodes.ts";
import { jsonSplitter } from "./json-splitter.ts";

/** Reads JSON Feed. An item that is no JSON is passed on empty. */
export function jsonReader(onItem: (node: FeedNode) => void): FeedReader {
  const splitter = jsonSplitter((text) => onItem(itemNode(parsed(text))));
  return {
    write: (text) => splitter.write(text),
    end() {},
    result() {
      const { top, isComplete } = splitter.result();
      // What is cut short is told apart from what is no feed, if it is cut among the items or after them.
      const channel = channelNode(parsed(isComplete ? top : `${top}]}`) ?? parsed(`${top}}`));
      return { kind: channel && "json", channel, isComplete };
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
