import FeedParser from "feedparser";
import type { Feed } from "../model.ts";
import { resolvable } from "../url.ts";
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
  /** Returns what has been read so far. Items are passed to `onItem` and are not in `channel`. */
  result(): { kind: Feed["kind"] | undefined; channel: FeedNode | undefined; isComplete: boolean };
};

type OpenElement = QualifiedName & {
  ownName: string;
  scope: Scope;
  isItem: boolean;
  isText: boolean;
  isXhtml: boolean;
  // Joined at the end tag: adding a million entities to FeedParser one by one would take a quarter of a second.
  text: string[];
  textLength: number;
};

const MAX_DEPTH = 100;
// Limit for one item, and for the channel without its items. The largest item in 205 real feeds has 215 elements.
const MAX_ELEMENTS = 2_000;
// Characters of one element's text.
const MAX_TEXT = 1_048_576;

// Elements that contain text or HTML. Unescaped HTML in them is read as if it were escaped.
const TEXT_ELEMENTS = new Set(
  "title description summary subtitle content content:encoded itunes:summary itunes:subtitle itunes:title".split(" "),
);
// What FeedParser resolves as a URL before we read it.
const RESOLVED_ELEMENTS = new Set(["link", "logo", "icon"]);
const RESOLVED_ATTRIBUTES = new Set("href src uri srcset".split(" "));
// FeedParser would resolve these too, and no feed needs them.
const UNUSED_ATTRIBUTES = new Set("action background cite data longdesc poster".split(" "));
// Start tags that end such an element, because its end tag must be missing: these are not HTML elements.
const NEVER_IN_TEXT = new Set("enclosure guid pubdate item entry description content:encoded".split(" "));

/**
 * Builds nodes from XML events with FeedParser, which knows RSS, RDF and Atom. Passes each item to `onItem` when it closes.
 *
 * FeedParser's own reader is not used because it is half as fast. Its normalization is not used because it searches for
 * markup in quadratic time. Its handlers receive nothing that exceeds the limits here.
 */
export function feedTree({ feedUrl, onItem }: { feedUrl: string; onItem: (node: FeedNode) => void }): FeedTree {
  const parser = feedParser(feedUrl, onItem);
  const namespaces = namespaceScopes();
  const open: OpenElement[] = [];
  let kind: Feed["kind"] | undefined;
  let channel: FeedNode | undefined;
  let isRootClosed = false;
  let isComplete = false;
  // Number of open elements from the first one that exceeds a limit down.
  let numSkipped = 0;
  let numItemElements = 0;
  let numChannelElements = 0;

  function openRoot(ownName: string, attributes: Record<string, string>): void {
    const scope = namespaces.enter(new Map(), attributes);
    const root = namespaces.qualify(ownName, scope);
    kind = rootKind(root);
    // Skips junk before the root, such as a broken server's warnings.
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
      // An item inside another item or outside the channel means that end tags are missing.
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
      if (element.text.length > 0) {
        const text = element.text.join("");
        parser.handleText(RESOLVED_ELEMENTS.has(element.local) ? resolvable(text) : text);
      }
      parser.handleCloseTag(element.name);
      // Removes the item, or the channel would keep all items in memory until its end.
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
    openItem: () => open.findLast((element) => element.isItem)?.ownName,
    result: () => ({ kind, channel, isComplete }),
  };
}

type ParserAttribute = QualifiedName & { value: string };
/** The members of FeedParser that are used here. Its declared types omit or narrow most of them. */
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
    // The channel is read from its node. Without a title FeedParser would call this again for each item.
    handleMeta: () => ({ title: "read" }),
    // No consumer reads FeedParser as a stream, so pushed items would accumulate.
    push: () => true,
  });
}

function rootKind({ local, prefix }: QualifiedName): Feed["kind"] | undefined {
  if (local === "rss" && prefix === "") return "rss";
  if (local === "rdf") return "rdf";
  return local === "feed" ? "atom" : undefined;
}

/** Returns true if the element's children are items; its own text is white space. */
function isContainer({ local, prefix }: QualifiedName, index: number): boolean {
  return index === 0 || (index === 1 && local === "channel" && prefix !== "podcast");
}

/** Returns true if FeedParser treats the element as an item. */
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
    // FeedParser never removes the base of a prefixed element from its stack.
    if (name === "xml:base" && element.prefix !== "") continue;
    const colon = name.indexOf(":");
    const prefix = colon === -1 ? "" : name.slice(0, colon);
    const uri = prefix === "xml" ? XML_URI : prefix === "" ? "" : (scope.get(prefix) ?? "");
    // Markup is already kept as text here. FeedParser would do that again for XHTML.
    const isXhtml = name === "type" && value === "xhtml";
    const local = name.slice(colon + 1);
    if (UNUSED_ATTRIBUTES.has(local)) continue;
    const address = RESOLVED_ATTRIBUTES.has(local) ? resolvable(value) : value;
    result[name] = { name, prefix, local, uri, value: isXhtml ? "html" : address };
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
