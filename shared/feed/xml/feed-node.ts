/** An element as FeedParser keeps it: attributes under "@", text under "#", children by name, text-only ones as strings. */
export type FeedNode = { "@"?: Record<string, string>; "#"?: string } & {
  [name: string]: FeedNode | FeedNode[] | string | (FeedNode | string)[] | Record<string, string> | undefined;
};

// Elements of one name that are looked at for one value. Feeds have one of most, and four of some.
const MAX_ALIKE = 20;

/** Returns the first `max` children of that name in document order, each as a node. */
export function children(node: FeedNode | undefined, name: string, max: number = MAX_ALIKE): FeedNode[] {
  if (node === undefined || !Object.hasOwn(node, name)) return [];
  const found = node[name];
  const list = Array.isArray(found) ? found.slice(0, max) : [found];
  return list.flatMap((child) => {
    if (typeof child === "string") return [{ "#": child }];
    // "@" is the one key that holds no element, and no caller asks for it.
    return child === undefined ? [] : [child as FeedNode];
  });
}

export function firstChild(node: FeedNode | undefined, name: string): FeedNode | undefined {
  return children(node, name)[0];
}

/** Returns the text of the first child of that name that has any. */
export function childText(node: FeedNode | undefined, name: string): string | undefined {
  for (const child of children(node, name)) {
    const text = ownText(child);
    if (text !== undefined) return text;
  }
  return undefined;
}

export function ownText(node: FeedNode | undefined): string | undefined {
  const text = node?.["#"]?.trim();
  return text === "" ? undefined : text;
}

/** Returns an attribute, trimmed; `name` is in lower case. */
export function attribute(node: FeedNode | undefined, name: string): string | undefined {
  const attributes = node?.["@"];
  if (attributes === undefined || !Object.hasOwn(attributes, name)) return undefined;
  const value = attributes[name]?.trim();
  return value === "" ? undefined : value;
}
