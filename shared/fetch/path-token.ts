import { isPublicHostersFeed } from "./feed-hosts.ts";
import { randomStretch } from "./random-stretch.ts";

// Segments that announce a subscriber's token in the next segment. Anything but a plain name is a token then.
const TELLING_PARENT =
  /^(?:access|auth|exclusive|key|members?|paid|patrons?|premium|private|secret|subscribers?|supporters?|token|vip)$/i;
// Segments that precede a podcast's name as often as a token.
const COMMON_PARENT = /^(?:feed|feeds|my|podcast|podcasts|rss|u|user|users)$/i;

/**
 * `minLength`: number of characters that must look random. ("p02nq0gn" is a BBC podcast.) `minDigits`: a shorter
 * segment of digits is an ID and not a token. Timestamps have up to 17 digits, and other sites' IDs up to 19.
 */
const LIMITS = { common: { minLength: 8, minDigits: 18 }, other: { minLength: 10, minDigits: 20 } };
// About 1 in 100 names and titles contains text that looks as random: "thejoyluckclubbyamytan".
const MIN_BITS = 8;
// Minimum of `meanBits` after a telling parent. 3 % of random tokens of eight letters are below it.
const TELLING_MEAN_BITS = -0.4;
// Shorter segments are easy to guess, and too short to recognize as random.
const MIN_LENGTH = 8;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
// Words, then perhaps a number such as a year.
const PLAIN_NAME = /^[a-z]+(?:[-_.~ ][a-z]+)*[-_.~ ]?\d{0,4}$/i;

/**
 * Finds a segment of a feed URL's path that looks like a token: long and random. Returns undefined if there is none,
 * and for podcast hosts whose public URLs contain such IDs.
 */
export function findPathToken(feedUrl: string): string | undefined {
  const url = URL.parse(feedUrl);
  if (url === null || isPublicHostersFeed(url)) return undefined;
  const segments = url.pathname.split("/").map(withoutExtension);
  return segments.find((segment, i) => isToken(segment, segments[i - 1] ?? ""));
}

function withoutExtension(segment: string): string {
  return segment.replace(/\.(?:atom|json|php|rss|xml)$/i, "");
}

function isToken(segment: string, parent: string): boolean {
  if (segment.length < MIN_LENGTH) return false;
  if (UUID.test(segment)) return true;
  // Text in other scripts is percent-encoded byte by byte.
  const text = segment.replace(/%[0-9a-f]{2}/gi, "~");
  const { length, bits, meanBits } = randomStretch(text);
  if (TELLING_PARENT.test(parent) && (!PLAIN_NAME.test(text) || meanBits > TELLING_MEAN_BITS)) return true;
  const { minLength, minDigits } = LIMITS[COMMON_PARENT.test(parent) ? "common" : "other"];
  return /^\d+$/.test(text) ? text.length >= minDigits : length >= minLength && bits >= MIN_BITS;
}
