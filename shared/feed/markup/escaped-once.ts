const ANY_TAG = /<\/?[a-z][^<>]*>/i;
// Tags that nobody writes about without the rest of their element: line breaks, links, and the ends of blocks.
const ESCAPED_TAG =
  /&(?:amp;)*lt;(?:br\s*\/?&(?:amp;)*gt;|a\s+href=|\/(?:p|div|ul|ol|li|h[1-6]|blockquote)\s*&(?:amp;)*gt;)/i;
const CHARACTERS: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'" };
// Some feeds pass through three programs that escape.
const MAX_ROUNDS = 3;

/** Returns HTML that was escaped more often than it should be as HTML, and other text as it is. */
export function escapedOnce(text: string): string {
  let html = text;
  for (let round = 0; round < MAX_ROUNDS && !ANY_TAG.test(html) && ESCAPED_TAG.test(html); round++) {
    html = html.replace(/&(amp|lt|gt|quot|apos|#39);/g, (entity, name: string) => CHARACTERS[name] ?? entity);
  }
  return html;
}
