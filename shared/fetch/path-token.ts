import { isPublicHostersFeed } from "./feed-hosts.ts";

// What a path says right before a subscriber's token. The token may be short then.
const TELLING_PARENT = /^(?:auth|member|members|patron|patrons|premium|private|secret|subscriber|subscribers|token)$/i;
// What a path says before a podcast's name as often as before a token.
const COMMON_PARENT = /^(?:feed|feeds|my|podcast|podcasts|rss|u|user|users)$/i;
// Shorter ones are ids and names more often than tokens: "p02nq0gn" is a BBC podcast.
const MIN_LENGTH = { telling: 8, common: 12, other: 16 };

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
// Text that was drawn at random changes between digits, small and capital letters at 40 to 60 of 100 places, and words
// like "99PercentInvisible2024" at less than 20.
const MIN_CHANGES_RATIO = 0.25;
const MIN_CHANGES = 3;
// No word has as many consonants in a row, y being none: German's "Dampfschiff" has six.
const CONSONANTS = /[b-df-hj-np-tv-xz]{7}/;

/**
 * Finds the segment of a feed URL's path that looks like a token: long and random. Undefined where there is none, and for
 * URLs of podcast hosts that put ids of that kind into public URLs.
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
  // Base64url has both separators and all three kinds of characters; a title in a URL seldom has.
  const isBase64 = /[a-z]/.test(segment) && /[A-Z]/.test(segment) && /\d/.test(segment);
  const words = isBase64 ? [segment.replace(/[-_=~]/g, ""), ...segment.split(/\W|_/)] : segment.split(/\W|_/);
  return words.some((word) => word.length >= minLength && isRandom(word));
}

/** Digits alone are an id: there is nothing to tell one from a token by. */
function isRandom(word: string): boolean {
  if (!/^[0-9a-z]+$/i.test(word)) return false;
  // From a capital to a small letter is no change: that is how a word begins.
  const numChanges = word.match(/\d(?=[a-z])|[a-z](?=\d)|[a-z](?=[A-Z])|[A-Z](?=\d)|\d(?=[A-Z])/g)?.length ?? 0;
  if (numChanges >= MIN_CHANGES && numChanges / word.length >= MIN_CHANGES_RATIO) return true;
  return word.length >= MIN_LENGTH.other && CONSONANTS.test(word.toLowerCase());
}
