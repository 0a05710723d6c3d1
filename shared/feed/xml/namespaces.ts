/** A name resolved by its namespace: `podcast:person`, regardless of the feed's own prefix. */
export type QualifiedName = { name: string; prefix: string; local: string; uri: string };
/** Namespace URIs by prefix; "" is the default namespace. */
export type Scope = ReadonlyMap<string, string>;

export const ATOM_URI = "http://www.w3.org/2005/Atom";
export const RDF_URI = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
export const RSS_1_URI = "http://purl.org/rss/1.0/";
export const XML_URI = "http://www.w3.org/XML/1998/namespace";

// Real feeds declare up to 20. The cost of an element with declarations grows with the number in scope.
const MAX_NAMESPACES = 64;

// Our prefix for each namespace URI. Keys are in lower case, without scheme and trailing slash, in which feeds differ.
const PREFIXES: Record<string, string> = {
  "podcastindex.org/namespace/1.0": "podcast",
  "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
  "podlove.org/simple-chapters": "psc",
  "purl.org/dc/elements/1.0": "dc",
  "purl.org/dc/elements/1.1": "dc",
  "purl.org/rss/1.0/modules/content": "content",
  "purl.org/rss/1.0/modules/syndication": "syn",
  "search.yahoo.com/mrss": "media",
  "www.google.com/schemas/play-podcasts/1.0": "googleplay",
  "www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd": "googleplay",
  "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "www.w3.org/2005/atom": "atom",
};

/** Tracks a document's namespace declarations. One limit applies to all its elements together. */
export function namespaceScopes(): {
  enter(parent: Scope, attributes: Record<string, string>): Scope;
  qualify(name: string, scope: Scope): QualifiedName;
} {
  // Our prefix for each pair of prefix and URI that the document declares.
  const readPrefixes = new Map<string, string>();

  return {
    enter(parent, attributes) {
      let scope: Map<string, string> | undefined;
      for (const name in attributes) {
        if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
        const prefix = name.slice("xmlns:".length);
        const uri = attributes[name]?.trim() ?? "";
        if (parent.get(prefix) === uri) continue;
        const pair = `${prefix} ${uri}`;
        if (!readPrefixes.has(pair) && readPrefixes.size >= MAX_NAMESPACES) continue;
        readPrefixes.set(pair, readPrefix(prefix, uri));
        scope ??= new Map(parent);
        scope.set(prefix, uri);
      }
      return scope ?? parent;
    },
    qualify(name, scope) {
      const colon = name.indexOf(":");
      const ownPrefix = colon === -1 ? "" : name.slice(0, colon);
      const local = name.slice(colon + 1);
      const uri = scope.get(ownPrefix) ?? "";
      // An undeclared prefix is used as it is, because many feeds omit xmlns:itunes.
      const prefix = uri === "" ? ownPrefix : (readPrefixes.get(`${ownPrefix} ${uri}`) ?? ownPrefix);
      return { name: prefix === "" ? local : `${prefix}:${local}`, prefix, local, uri };
    },
  };
}

function readPrefix(ownPrefix: string, uri: string): string {
  const known = PREFIXES[uri.toLowerCase().replace(/^https?:\/\/|(?<!\/)\/+$/g, "")];
  // Atom as the default namespace gets no prefix: in Atom feeds, and in RSS feeds that declare it by mistake.
  return known === undefined || (known === "atom" && ownPrefix === "") ? ownPrefix : known;
}
