/** A name resolved by its namespace: `podcast:person` whatever prefix the feed chose for it. */
export type QualifiedName = { name: string; prefix: string; local: string; uri: string };
/** Prefix to namespace URI, "" being the default namespace. */
export type Scope = ReadonlyMap<string, string>;

export const ATOM_URI = "http://www.w3.org/2005/Atom";
export const RDF_URI = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
export const RSS_1_URI = "http://purl.org/rss/1.0/";
export const XML_URI = "http://www.w3.org/XML/1998/namespace";

// Real feeds declare up to 20. Entering an element with declarations costs time in proportion to those in scope.
const MAX_NAMESPACES = 64;

// The prefix to read by, for each namespace URI in lower case without scheme and last slash: feeds differ in these.
const PREFIXES: Record<string, string> = {
  "podcastindex.org/namespace/1.0": "podcast",
  "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
  "podlove.org/simple-chapters": "psc",
  "purl.org/dc/elements/1.0": "dc",
  "purl.org/dc/elements/1.1": "dc",
  "purl.org/rss/1.0/modules/content": "content",
  "search.yahoo.com/mrss": "media",
  "www.google.com/schemas/play-podcasts/1.0": "googleplay",
  "www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd": "googleplay",
  "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "www.w3.org/2005/atom": "atom",
};

/** Keeps the namespace declarations of a document, those of all its elements under one limit. */
export function namespaceScopes(): {
  enter(parent: Scope, attributes: Record<string, string>): Scope;
  qualify(name: string, scope: Scope): QualifiedName;
} {
  // The prefix to read by, for each pair of prefix and URI that the document declares.
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
      // A prefix that is not declared speaks for itself: many feeds leave xmlns:itunes out.
      const prefix = uri === "" ? ownPrefix : (readPrefixes.get(`${ownPrefix} ${uri}`) ?? ownPrefix);
      return { name: prefix === "" ? local : `${prefix}:${local}`, prefix, local, uri };
    },
  };
}

function readPrefix(ownPrefix: string, uri: string): string {
  const known = PREFIXES[uri.toLowerCase().replace(/^https?:\/\/|(?<!\/)\/+$/g, "")];
  // Atom as the default namespace: the names of an Atom feed, and of the RSS feeds that declare it by mistake.
  return known === undefined || (known === "atom" && ownPrefix === "") ? ownPrefix : known;
}
