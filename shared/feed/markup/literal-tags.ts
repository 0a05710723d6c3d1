const TAG = /<(\/?)([a-z][a-z0-9]*)(\s[^<>]*|\/)?>/gi;
// Elements that titles have been formatted with. Others, as in "List<T>", are text.
const FORMATTING = new Set(
  "abbr b big blockquote center cite code del div em font h1 h2 h3 h4 h5 h6 i ins li mark ol p pre s script small span strike strong style sub sup tt u ul a".split(
    " ",
  ),
);
// Elements that need no end tag.
const ENDLESS = new Set("br hr img li p wbr".split(" "));

/**
 * Escapes tags in a title that are part of its text: those of unknown elements, and bare ones without a partner, as in
 * "Intent to unship: <a> as <area>". Tags with attributes are markup.
 */
export function escapeLiteralTags(title: string): string {
  if (!title.includes("<")) return title;
  const markup = new Set<number>();
  const open = new Map<string, number[]>();
  const end = title.trimEnd().length;
  for (const { 0: tag, 1: slash, 2: written = "", 3: rest = "", index } of title.matchAll(TAG)) {
    const name = written.toLowerCase();
    if (!FORMATTING.has(name) && !ENDLESS.has(name)) continue;
    if (slash !== "") {
      const start = open.get(name)?.pop();
      // An end tag that ends the title is left over from markup.
      if (start !== undefined || ENDLESS.has(name) || index + tag.length === end) markup.add(index);
      if (start !== undefined) markup.add(start);
    } else if (ENDLESS.has(name) || rest.includes("=") || rest.endsWith("/")) markup.add(index);
    else if (open.get(name)?.push(index) === undefined) open.set(name, [index]);
  }
  return title.replace(/<(?!!--)/g, (bracket, index: number) => (markup.has(index) ? bracket : "&lt;"));
}
