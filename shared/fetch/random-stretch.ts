import { pairBits } from "./letter-pairs.ts";

// In random digits and lower-case letters, 40 % of neighbours are a digit and a letter. In names with a number, such as
// "99percentinvisible2024", 10 %.
const DIGIT_AND_LETTER_BITS = 2;
// A lower-case letter and then an upper-case one: 25 % in random letters, 10 % in names like "SongExploder".
const NEW_WORD_BITS = 1.2;
// Two upper-case letters beside lower-case ones: 25 % in random letters, rare in names.
const CAPITALS_BITS = 0.5;

type Stretch = {
  length: number;
  bits: number;
  /** Mean bits of the whole text's pairs, without pairs that suggest nothing. */
  meanBits: number;
};
type Kind = "digit" | "small" | "capital" | "other";

/**
 * Finds the part of a text that looks most random. Returns its length, and the evidence in bits (the binary logarithm
 * of how much more likely it is in random text than in words and names). A name before or after a token does not hide
 * the token. Takes one pass over the text.
 */
export function randomStretch(text: string): Stretch {
  const isShouted = !/[a-z]/.test(text);
  const best = { length: 0, bits: 0 };
  let total = 0;
  let numTelling = 0;
  let start = 0;
  let bits = 0;
  for (let i = 1; i < text.length; i += 1) {
    const pair = bitsOf(text.charCodeAt(i - 1), text.charCodeAt(i), isShouted);
    total += pair;
    if (pair !== 0) numTelling += 1;
    bits += pair;
    if (bits <= 0) {
      bits = 0;
      start = i;
    } else if (bits > best.bits) {
      best.bits = bits;
      best.length = i - start + 1;
    }
  }
  return { ...best, meanBits: total / Math.max(1, numTelling) };
}

/** Returns the evidence, in bits, that two neighbours are random text. 0 for separators and for two digits. */
function bitsOf(first: number, second: number, isShouted: boolean): number {
  const [a, b] = [kindOf(first), kindOf(second)];
  if (a === "other" || b === "other") return 0;
  if (a === "digit" || b === "digit") return a === b ? 0 : DIGIT_AND_LETTER_BITS;
  if (isShouted) return pairBits(first, second);
  if (a === "small" && b === "capital") return NEW_WORD_BITS;
  return pairBits(first, second) + (a === "capital" && b === "capital" ? CAPITALS_BITS : 0);
}

function kindOf(code: number): Kind {
  if (code >= 0x61 && code <= 0x7a) return "small";
  if (code >= 0x41 && code <= 0x5a) return "capital";
  return code >= 0x30 && code <= 0x39 ? "digit" : "other";
}
