import sanitizeHtml from "sanitize-html";
import { flowHtml } from "./flow-html.ts";
import { escapedOnce } from "./markup/escaped-once.ts";
import { LIMITS } from "./model.ts";
import { rawOf } from "./text.ts";

// Blocks without a meaning of their own in notes. As paragraphs, their texts stay apart.
const PARAGRAPHS =
  "address article aside caption center dd details div dt figcaption figure footer header main nav section summary tr";

// No images, because browsers would request them from untrusted hosts, and no class, id or style.
const OPTIONS: sanitizeHtml.IOptions = {
  // The cells of tables are not written: flowHtml() separates their texts.
  allowedTags: "a blockquote br code em h3 h4 h5 h6 hr li ol p pre strong sub sup td th ul".split(" "),
  allowedAttributes: { a: ["href"] },
  allowedSchemes: ["http", "https", "mailto"],
  nestingLimit: 50,
  transformTags: {
    b: "strong",
    i: "em",
    // The page's own headings.
    h1: "h3",
    h2: "h3",
    ...Object.fromEntries(PARAGRAPHS.split(" ").map((tag) => [tag, "p"])),
  },
};

// Tags cost more time than text: 18 000 tags in 64 000 characters take 70 ms. Notes of real feeds have up to 1 000 tags.
const MAX_TAGS = 4_000;

const ANY_TAG = /<\/?[a-z][^<>]*>/i;
const BLOCK_TAG = /<(?:p|br|div|li|ul|ol|dl|h[1-6]|blockquote|pre|table|tr|section|article)\b/i;

/**
 * Picks the show notes from an item's candidates, which are in order of preference. The first with text wins, unless a later
 * one is more than twice as long: some feeds have only a player in content:encoded.
 */
export function pickNotes(candidates: (string | undefined)[]): string | undefined {
  let best: { text: string; length: number } | undefined;
  for (const candidate of candidates) {
    const text = rawOf(candidate, LIMITS.notes);
    if (text === undefined) continue;
    const length = text.replace(/<[^<>]*>|\s+/g, "").length;
    if (length > 0 && (best === undefined || length > best.length * 2)) best = { text, length };
  }
  return best?.text;
}

/**
 * Returns show notes as HTML that is safe in a page and valid inside a `<div>`. Text without markup becomes paragraphs.
 *
 * @param baseUrl base of relative links
 */
export function notesHtml(source: string | undefined, baseUrl: string): string | undefined {
  if (source === undefined) return undefined;
  const markup = escapedOnce(source);
  const safe = ANY_TAG.test(markup) ? sanitizeHtml(cutTags(markup), OPTIONS) : markup.replaceAll("<", "&lt;");
  const html = flowHtml(safe, { baseUrl, hasLines: !BLOCK_TAG.test(markup) });
  return html === "" ? undefined : html;
}

function cutTags(html: string): string {
  let end = -1;
  for (let numTags = 0; numTags <= MAX_TAGS; numTags++) {
    end = html.indexOf("<", end + 1);
    if (end === -1) return html;
  }
  return html.slice(0, end);
}
