/**
 * What a word is in a document: a word of it, a word of its title, the whole title as one word, or the podcast, the day or
 * the month (of publication, as in ISO 8601) that an episode belongs to.
 */
export type WordKind = "word" | "title" | "whole" | "podcast" | "date";

const SEEDS: Record<WordKind, number> = { word: 1, title: 2, whole: 3, podcast: 4, date: 5 };

/** Returns a word's hash, as documents store it. FNV-1a with the finalizer of MurmurHash3, which spreads similar words. */
export function hashOf(kind: WordKind, word: string | number): number {
  const text = String(word);
  let hash = 0x811c9dc5 ^ SEEDS[kind];
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Returns hashes as the text of a Postgres array. */
export function toArrayText(hashes: Iterable<number>): string {
  return `{${[...hashes].join(",")}}`;
}
