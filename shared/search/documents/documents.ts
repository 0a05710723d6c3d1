import { findableWords, plainWords } from "../words.ts";
import { hashOf, toArrayText } from "./word-hash.ts";

/** What an episode's document is made of. `texts`: its sources, but for the title; null where it has none. */
export type EpisodeSource = {
  episodeId: number;
  podcastId: number;
  /** As Postgres writes it. */
  publishedAt: string;
  /** Its day in UTC, as YYYY-MM-DD. */
  day: string;
  title: string;
  texts: readonly (string | null)[];
  /** Author and persons: their words are ones that misspelt words may mean. */
  names: string;
};
export type PodcastSource = { podcastId: number; title: string; names: string; description: string | null };

type Document = {
  /** Hashes, as the text of a Postgres array. */
  words: string;
  /** Words that misspelt ones may mean. */
  spelling: string[];
};

// Hashes of a document. A transcript of three hours has some 5 000 different words.
const WORDS_MAX = 10_000;
// Shorter words resemble too many others; longer ones are rarely words.
const SPELLING_LENGTHS = { min: 4, max: 30 };

export function episodeDocument({ episodeId, podcastId, publishedAt, day, title, texts, names }: EpisodeSource) {
  const hashes = new Set([
    hashOf("podcast", podcastId),
    hashOf("date", day),
    hashOf("date", day.slice(0, 7)),
    ...titleHashes(title),
  ]);
  for (const text of [title, names, ...texts]) if (text !== null) addWords(hashes, text);
  return { episodeId, podcastId, publishedAt, ...documentOf(hashes, [title, names]) };
}

export function podcastDocument({ podcastId, title, names, description }: PodcastSource) {
  const hashes = new Set([hashOf("whole", wholeOf(title)), ...titleHashes(title)]);
  for (const text of [title, names, description]) if (text !== null) addWords(hashes, text);
  return { podcastId, title: plainWords(title), names: plainWords(names), ...documentOf(hashes, [title, names]) };
}

/** Returns a title as one word, in which it does not matter where the blanks are. */
export function wholeOf(title: string): string {
  return plainWords(title).replaceAll(" ", "");
}

/** Returns sanitized notes as plain text, without the addresses of their links. */
export function textOfNotes(notesHtml: string): string {
  // Each "<" is of a tag: in text it is written "&lt;".
  return notesHtml
    .split("<")
    .map((part, i) => (i === 0 ? part : part.slice(part.indexOf(">") + 1)))
    .join(" ")
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => (entity === "&#39;" ? "'" : " "));
}

function titleHashes(title: string): number[] {
  return [...findableWords(title)].map((word) => hashOf("title", word));
}

function addWords(hashes: Set<number>, text: string): void {
  for (const word of findableWords(text)) {
    if (hashes.size >= WORDS_MAX) return;
    hashes.add(hashOf("word", word));
  }
}

function documentOf(hashes: ReadonlySet<number>, named: readonly string[]): Document {
  const spelling = named.flatMap((text) => plainWords(text).split(" ")).filter(isSpelt);
  return { words: toArrayText(hashes), spelling };
}

/** Whether a word is one that can be misspelt: of a script that has letters and blanks. */
export function isSpelt(word: string): boolean {
  const { min, max } = SPELLING_LENGTHS;
  return (
    word.length >= min &&
    word.length <= max &&
    /^[\p{L}\p{M}]+$/u.test(word) &&
    !/[\u0e00-\u0eff\u3041-\u9fff\uac00-\ud7af]/.test(word)
  );
}
