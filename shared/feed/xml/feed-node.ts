/** FeedParser's form of an element: attributes in "@", text in "#", children by name. Children with only text are strings. */
export type FeedNode = { "@"?: Record<string, string>; "#"?: string } & {
  [name: string]: FeedNode | FeedNode[] | string | (FeedNode | string)[] | Record<string, string> | undefined;
};

// How many elements of one name are considered for one value. Feeds have one of most, and up to four of some.
const MAX_ALIKE = 20;

/** Returns the first `max` children of that name in document order, each as a node. */
export function children(node: FeedNode | undefined, name: string, max: number = MAX_ALIKE): FeedNode[] {
  if (node === undefined || !Object.hasOwn(node, name)) return [];
  const found = node[name];
  const list = Array.isArray(found) ? found.slice(0, max) : [found];
  return list.flatMap((child) => {
    if (typeof child === "string") return [{ "#": child }];
    // Only "@" is not an element, and no caller passes it.
    return child === undefined ? [] : [child as FeedNode];
  });
}

/** Returns the first children of that name, of the node itself and of its groups (media:group), as many as of one node. */
export function groupedChildren(node: FeedNode | undefined, name: string): FeedNode[] {
  const own = children(node, name);
  const grouped = children(node, "media:group").flatMap((group) => children(group, name));
  return [...own, ...grouped].slice(0, MAX_ALIKE);
}

export function firstChild(node: FeedNode | undefined, name: string): FeedNode | undefined {
  return children(node, name)[0];
}

/** Returns the text of the first child of that name that has text. */
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

/** Returns an attribute, trimmed; undefined if it is empty. `name` is in lower case. */
export function attribute(node: FeedNode | undefined, name: string): string | undefined {
  const attributes = node?.["@"];
  if (attributes === undefined || !Object.hasOwn(attributes, name)) return undefined;
  const value = attributes[name]?.trim();
  return value === "" ? undefined : value;
}

/** Returns the first value that can be read. */
export function firstOf<T, U>(values: T[], read: (value: T) => U | undefined): U | undefined {
  for (const value of values) {
    const result = read(value);
    if (result !== undefined) return result;
  }
  return undefined;
}
