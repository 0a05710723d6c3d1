import { isPublicHostersFeed } from "./feed-hosts.ts";

// Segments that announce a subscriber's token in the next segment. Then the token may be short.
const TELLING_PARENT = /^(?:auth|member|members|patron|patrons|premium|private|secret|subscriber|subscribers|token)$/i;
// Segments that precede a podcast's name as often as a token.
const COMMON_PARENT = /^(?:feed|feeds|my|podcast|podcasts|rss|u|user|users)$/i;
// Shorter segments are more often IDs and names than tokens: "p02nq0gn" is a BBC podcast.
const MIN_LENGTH = { telling: 8, common: 12, other: 16 };

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
// Random text changes between digits, lower-case and upper-case letters at 40 to 60 % of its characters. Words like
// "99PercentInvisible2024" change at less than 20 %.
const MIN_CHANGES_RATIO = 0.25;
const MIN_CHANGES = 3;
// No word has seven consonants in a row, not counting y: German "Dampfschiff" has six.
const CONSONANTS = /[b-df-hj-np-tv-xz]{7}/;

/**
 * Finds a segment of a feed URL's path that looks like a token: long and random. Returns undefined if there is none, and
 * for podcast hosts whose public URLs contain such IDs.
 */
export function findPathToken(feedUrl: string): string | undefined {
  const url = URL.parse(feedUrl);
  if (url === null || isPublicHostersFeed(url)) return undefined;
  const segments = url.pathname.split("/").map(withoutExtension);
  return segments.find((segment, i) => isToken(segment, minLengthAfter(segments[i - 1] ?? "")));
}

function withoutExtension(segment: string): string {
  return segment.replace(/\.(?:atom|json|php|rss|xml)$/i, "");
}

function minLengthAfter(parent: string): number {
  if (TELLING_PARENT.test(parent)) return MIN_LENGTH.telling;
  return COMMON_PARENT.test(parent) ? MIN_LENGTH.common : MIN_LENGTH.other;
}

function isToken(segment: string, minLength: number): boolean {
  if (UUID.test(segment)) return true;
  // A base64url token has lower-case letters, upper-case letters and digits, which titles in URLs seldom have. It may
  // contain separators, so it is also checked without them.
  const isBase64 = /[a-z]/.test(segment) && /[A-Z]/.test(segment) && /\d/.test(segment);
  const words = isBase64 ? [segment.replace(/[-_=~]/g, ""), ...segment.split(/\W|_/)] : segment.split(/\W|_/);
  return words.some((word) => word.length >= minLength && isRandom(word));
}

/** Returns true if a word looks random. Digits alone count as an ID, because nothing distinguishes them from a token. */
function isRandom(word: string): boolean {
  if (!/^[0-9a-z]+$/i.test(word)) return false;
  // Upper to lower case does not count as a change, because words begin like that.
  const numChanges = word.match(/\d(?=[a-z])|[a-z](?=\d)|[a-z](?=[A-Z])|[A-Z](?=\d)|\d(?=[A-Z])/g)?.length ?? 0;
  if (numChanges >= MIN_CHANGES && numChanges / word.length >= MIN_CHANGES_RATIO) return true;
  return word.length >= MIN_LENGTH.other && CONSONANTS.test(word.toLowerCase());
}
