import FeedParser from "feedparser";
import type { Feed } from "../model.ts";
import type { FeedNode } from "./feed-node.ts";
import {
  ATOM_URI,
  namespaceScopes,
  type QualifiedName,
  RDF_URI,
  RSS_1_URI,
  type Scope,
  XML_URI,
} from "./namespaces.ts";
import type { XmlHandler } from "./xml-tokens.ts";

export type FeedTree = XmlHandler & {
  /** What has been read so far. The items went to `onItem` and are not in `channel`. */
  result(): { kind: Feed["kind"] | undefined; channel: FeedNode | undefined; isComplete: boolean };
};

type OpenElement = QualifiedName & {
  ownName: string;
  scope: Scope;
  isItem: boolean;
  isText: boolean;
  isXhtml: boolean;
  // In pieces until the end tag: a million entities added one by one would take FeedParser a quarter of a second.
  text: string[];
  textLength: number;
};

const MAX_DEPTH = 100;
// Of one item, and of the channel apart from its items. The fullest item of 205 real feeds has 215.
const MAX_ELEMENTS = 2_000;
// Of one element, in all its pieces.
const MAX_TEXT = 1_048_576;

// Elements that hold text or HTML. HTML in them that the feed did not escape is taken as if it had.
const TEXT_ELEMENTS = new Set(
  "title description summary subtitle content content:encoded itunes:summary itunes:subtitle itunes:title".split(" "),
);
// Start tags that end such an element where its end tag is missing: HTML has none of these.
const NEVER_IN_TEXT = new Set("enclosure guid pubdate item entry description content:encoded".split(" "));

/**
 * Builds nodes out of XML events with FeedParser, which knows RSS, RDF and Atom, and hands each item on as it closes.
 *
 * FeedParser's own reader and its normalising are not used: the one has half the speed, the other looks for markup in time
 * that grows with the square of a text's length. Its handlers see nothing that is over the limits here.
 */
export function feedTree({ feedUrl, onItem }: { feedUrl: string; onItem: (node: FeedNode) => void }): FeedTree {
  const parser = feedParser(feedUrl, onItem);
  const namespaces = namespaceScopes();
  const open: OpenElement[] = [];
  let kind: Feed["kind"] | undefined;
  let channel: FeedNode | undefined;
  let isRootClosed = false;
  let isComplete = false;
  // Elements open at and below the first that is over a limit.
  let numSkipped = 0;
  let numItemElements = 0;
  let numChannelElements = 0;

  function openRoot(ownName: string, attributes: Record<string, string>): void {
    const scope = namespaces.enter(new Map(), attributes);
    const root = namespaces.qualify(ownName, scope);
    kind = rootKind(root);
    // Junk before the root, such as the warnings of a broken server, is passed over.
    if (kind === undefined) return;
    // An Atom feed that declares no namespace, or an unknown one, is still an Atom feed.
    if (kind === "atom") push(ownName, attributes, new Map(scope).set(prefixOf(ownName), ATOM_URI));
    else push(ownName, attributes, kind === "rdf" ? new Map(scope).set(prefixOf(ownName), RDF_URI) : scope);
  }

  function openChild(ownName: string, attributes: Record<string, string>, isEmpty: boolean): void {
    const scope = namespaces.enter(open.at(-1)?.scope ?? new Map(), attributes);
    const element = namespaces.qualify(ownName, scope);
    if (isItem(element)) {
      const current = open.findLastIndex((outer) => outer.isItem);
      if (current !== -1 && isEmpty) return;
      // An item inside an item, or inside what is not the channel: end tags are missing.
      closeTo(current === -1 ? open.findLastIndex(isContainer) + 1 : current);
      numItemElements = 0;
    } else if (numSkipped === 0 && open.at(-1)?.isText) {
      if (!NEVER_IN_TEXT.has(element.name)) {
        addText(tagAsText(element.local, attributes, isEmpty));
        return;
      }
      closeTo(open.length - 1);
    }
    if (numSkipped > 0 || open.length >= MAX_DEPTH || (!isItem(element) && countElement() > MAX_ELEMENTS)) {
      if (!isEmpty) numSkipped++;
      return;
    }
    push(ownName, attributes, scope);
    if (isEmpty) closeTo(open.length - 1);
  }

  function countElement(): number {
    return open.some((element) => element.isItem) ? ++numItemElements : ++numChannelElements;
  }

  function push(ownName: string, attributes: Record<string, string>, scope: Scope): void {
    const element = namespaces.qualify(ownName, scope);
    open.push({
      ...element,
      ownName,
      scope,
      isItem: isItem(element),
      isText:
        TEXT_ELEMENTS.has(element.name) ||
        (kind === "atom" && TEXT_ELEMENTS.has(element.local) && element.uri === ATOM_URI),
      isXhtml: attributes.type === "xhtml",
      text: [],
      textLength: 0,
    });
    parser.handleOpenTag({ ...element, attributes: parserAttributes(element, attributes, scope) });
  }

  function closeTo(index: number): void {
    numSkipped = 0;
    while (open.length > index) {
      const element = open.pop();
      if (element === undefined) return;
      const node = parser.stack[0];
      if (isContainer(element, open.length) && (kind === "atom" || open.length === 1)) channel ??= node;
      if (element.text.length > 0) parser.handleText(element.text.join(""));
      parser.handleCloseTag(element.name);
      // Otherwise the channel would hold all items to its end.
      const parent = parser.stack[0];
      if (element.isItem && parent !== undefined) forgetItems(parent, element);
    }
  }

  function addText(text: string): void {
    const element = open.at(-1);
    if (element === undefined || numSkipped > 0 || element.textLength >= MAX_TEXT) return;
    if (element.isItem || isContainer(element, open.length - 1)) return;
    const kept = text.slice(0, MAX_TEXT - element.textLength);
    element.textLength += kept.length;
    element.text.push(kept);
  }

  return {
    onOpen(ownName, attributes, isEmpty) {
      if (isRootClosed) return;
      if (kind === undefined) {
        openRoot(ownName, attributes);
        if (isEmpty && open.length > 0) this.onClose(ownName);
      } else openChild(ownName, attributes, isEmpty);
    },
    onClose(ownName) {
      const index = open.findLastIndex((element) => element.ownName === ownName);
      const closed = open[index];
      if (numSkipped > 0 && !(closed !== undefined && (closed.isItem || isContainer(closed, index)))) {
        numSkipped--;
        return;
      }
      if (closed === undefined) {
        if (open.at(-1)?.isText) addText(`</${ownName.slice(ownName.indexOf(":") + 1)}>`);
        return;
      }
      closeTo(index);
      isRootClosed = index === 0;
      isComplete ||= isRootClosed || (kind === "rss" && isContainer(closed, index));
    },
    onText(text) {
      if (kind !== undefined && !isRootClosed) addText(open.at(-1)?.isXhtml ? escapeText(text) : text);
    },
    result: () => ({ kind, channel, isComplete }),
  };
}

type ParserAttribute = QualifiedName & { value: string };
/** The parts of FeedParser that are used: its declared types leave out or narrow most of them. */
type EventDrivenParser = {
  stack: FeedNode[];
  handleOpenTag(element: QualifiedName & { attributes: Record<string, ParserAttribute> }): void;
  handleCloseTag(name: string): void;
  handleText(text: string): void;
};

function feedParser(feedUrl: string, onItem: (node: FeedNode) => void): EventDrivenParser {
  const parser = new FeedParser({ normalize: false, addmeta: false, feedurl: feedUrl });
  return Object.assign(parser as unknown as EventDrivenParser, {
    handleItem(node: FeedNode) {
      onItem(node);
      return {};
    },
    // The channel is read from its node. A title keeps FeedParser from asking again at each item.
    handleMeta: () => ({ title: "read" }),
    // Nobody reads it as a stream, so that what it pushes would pile up.
    push: () => true,
  });
}

function rootKind({ local, prefix }: QualifiedName): Feed["kind"] | undefined {
  if (local === "rss" && prefix === "") return "rss";
  if (local === "rdf") return "rdf";
  return local === "feed" ? "atom" : undefined;
}

/** Whether items are its children. The text in it is white space. */
function isContainer({ local, prefix }: QualifiedName, index: number): boolean {
  return index === 0 || (index === 1 && local === "channel" && prefix !== "podcast");
}

/** The condition by which FeedParser takes an element for an item. */
function isItem({ local, prefix, uri }: QualifiedName): boolean {
  return (
    (local === "item" && (prefix === "" || uri === RSS_1_URI || uri === RDF_URI)) ||
    (local === "entry" && (prefix === "" || uri === ATOM_URI))
  );
}

function parserAttributes(
  element: QualifiedName,
  attributes: Record<string, string>,
  scope: Scope,
): Record<string, ParserAttribute> {
  const result: Record<string, ParserAttribute> = {};
  for (const name in attributes) {
    const value = attributes[name] ?? "";
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    // FeedParser never drops the base of an element with a prefix again.
    if (name === "xml:base" && element.prefix !== "") continue;
    const colon = name.indexOf(":");
    const prefix = colon === -1 ? "" : name.slice(0, colon);
    const uri = prefix === "xml" ? XML_URI : prefix === "" ? "" : (scope.get(prefix) ?? "");
    // Markup in an element is kept as text already, which FeedParser would do again for XHTML.
    const isXhtml = name === "type" && value === "xhtml";
    result[name] = { name, prefix, local: name.slice(colon + 1), uri, value: isXhtml ? "html" : value };
  }
  return result;
}

function forgetItems(parent: FeedNode, { name, local }: OpenElement): void {
  for (const key of new Set([name, local])) if (Object.hasOwn(parent, key)) parent[key] = [];
}

function prefixOf(ownName: string): string {
  return ownName.includes(":") ? ownName.slice(0, ownName.indexOf(":")) : "";
}

function tagAsText(local: string, attributes: Record<string, string>, isEmpty: boolean): string {
  let tag = `<${local}`;
  for (const name in attributes) tag += ` ${name}="${escapeText(attributes[name] ?? "").replaceAll('"', "&quot;")}"`;
  return `${tag}${isEmpty ? "/" : ""}>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;" })[character] ?? "&gt;");
}
