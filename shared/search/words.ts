// How text becomes words. Documents and queries use the same functions, so after a change here all documents must be
// written again: see docs/operating.md.

// Accents of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs and lengthening. In Thai and Indic
// scripts, marks are letters like others, and stay.
const MARKS =
  /[\u0300-\u036f]|[\u0591-\u05c7]|[\u0610-\u061a]|[\u064b-\u065f]|\u0670|[\u06d6-\u06ed]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/g;
// Letters that do not decompose, and what people type for them.
const REPLACED: Record<string, string> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ħ: "h", ŧ: "t", ŋ: "n" },
  // Arabic's lengthening, final sigma, and letters that Arabic, Persian and Urdu write differently.
  ...{ ـ: "", ς: "σ", ٱ: "ا", ى: "ي", ة: "ه", ک: "ك", ی: "ي", ے: "ي", ہ: "ه", ھ: "ه" },
};
const REPLACED_LETTERS = /[ßæœøłđðþıħŧŋـςٱىةکیےہھ]/g;
const KATAKANA = /[\u30a1-\u30f6]/g;
const OTHER_DIGITS = /[^\P{Nd}0-9]/gu;
const ASCII = /^[\0-\x7f]*$/;

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const ASCII_WORD = /[a-z0-9]+/g;
// Thai, Lao, Burmese, Khmer, Chinese and Japanese are written without blanks, and Korean adds endings to its words.
const UNSPACED =
  /([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{323af}]+)/u;
// J. R. R. Tolkien, J.R.R. Tolkien, J R R Tolkien, R&B.
const BETWEEN_INITIALS = /^(?:\.? ?| ?& ?)$/;
const INITIALS_MAX = 5;

// Longer ones are URLs and other codes, which nobody types.
const WORD_MAX_LENGTH = 60;

/** Returns text in lower case, without accents and without the differences of width, kana and digits. */
function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(MARKS, "")
    .replace(REPLACED_LETTERS, (letter) => REPLACED[letter] ?? letter)
    .replace(/[\u2018\u2019\u02bc\u02bb]/g, "'")
    .normalize("NFC")
    .replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(OTHER_DIGITS, digitOf);
}

/** The digits of each script follow each other in Unicode, and zero comes first. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}

/** A run of letters and digits. `before`: what separates it from the one before. */
type Run = { text: string; isUnspaced: boolean; before: string };

function* runsOf(text: string): Generator<Run> {
  const folded = fold(text);
  const isAscii = ASCII.test(folded);
  let end = 0;
  for (const { 0: run, index } of folded.matchAll(isAscii ? ASCII_WORD : WORD)) {
    let before = folded.slice(end, index);
    end = index + run.length;
    if (isAscii) {
      yield { text: run, isUnspaced: false, before };
      continue;
    }
    for (const [i, part] of run.split(UNSPACED).entries()) {
      if (part === "") continue;
      yield { text: part, isUnspaced: i % 2 === 1, before };
      before = "";
    }
  }
}

function isInitial({ text, isUnspaced, before }: Run): boolean {
  return !isUnspaced && text.length === 1 && before !== "'" && !(text >= "0" && text <= "9");
}

/** Whether a run continues the word `joined` before it: don't, o'brien, 20,000. */
function isJoined({ text, before }: Run, joined: string): boolean {
  if (joined === "") return false;
  return before === "'" || (before === "," && /^\d{3}$/.test(text) && /^\d+$/.test(joined));
}

/**
 * Returns the words of a text as a query needs them, in order: "J. R. R." as one word, runs without blanks as their pairs
 * of characters.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { text: word, isUnspaced } of joinedRunsOf(text)) {
    if (isUnspaced) words.push(...pairsOf(word));
    else if (word.length <= WORD_MAX_LENGTH) words.push(stem(word));
  }
  return words;
}

/** Returns the words of a text as they are, with blanks between them: to compare titles with. */
export function plainWords(text: string): string {
  return joinedRunsOf(text)
    .map((run) => run.text)
    .join(" ");
}

function joinedRunsOf(text: string): Pick<Run, "text" | "isUnspaced">[] {
  const joined: (Pick<Run, "text" | "isUnspaced"> & { isInitials: boolean })[] = [];
  for (const run of runsOf(text)) {
    const last = joined.at(-1);
    const isInitials = isInitial(run);
    const isContinued =
      last !== undefined &&
      !run.isUnspaced &&
      !last.isUnspaced &&
      (isJoined(run, last.text) || (isInitials && last.isInitials && BETWEEN_INITIALS.test(run.before)));
    if (isContinued && (!last.isInitials || last.text.length < INITIALS_MAX)) last.text += run.text;
    else joined.push({ text: run.text, isUnspaced: run.isUnspaced, isInitials });
  }
  return joined;
}

/**
 * Returns all words that a text is found by: each run by itself, and joined with its neighbours where people write them
 * both ways.
 */
export function findableWords(text: string, words: Set<string> = new Set()): Set<string> {
  let joined = "";
  let initials = "";
  for (const run of runsOf(text)) {
    const { text: word, isUnspaced, before } = run;
    if (isUnspaced) {
      for (const character of word) words.add(character);
      for (const pair of pairsOf(word)) words.add(pair);
      joined = initials = "";
      continue;
    }
    if (word.length <= WORD_MAX_LENGTH) words.add(stem(word));
    joined = isJoined(run, joined) || (before === "-" && joined !== "") ? joined + word : word;
    if (joined.length > word.length && joined.length <= WORD_MAX_LENGTH) words.add(stem(joined));
    initials = isInitial(run) ? (BETWEEN_INITIALS.test(before) ? initials.slice(1 - INITIALS_MAX) : "") + word : "";
    // "U.K. U.S." is found by "UK", by "US", and by both.
    for (let i = 0; i < initials.length - 1; i++) words.add(stem(initials.slice(i)));
  }
  return words;
}

/** The pairs of neighbouring characters, or the only character. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** Drops the plural's s of languages that write one, and Arabic's article. */
function stem(word: string): string {
  if (/^[a-z]{3,}s$/.test(word) && !/(?:ss|us|is|news)$/.test(word)) return word.slice(0, -1);
  return word.length >= 5 && word.startsWith("ال") ? word.slice(2) : word;
}
