// Languages whose letters have no place in the list of months, by their script. The names come from Node's ICU, of one
// script at a time because each language takes some milliseconds.
const LANGUAGES: [script: RegExp, languages: string][] = [
  [/\p{Script=Arabic}/u, "ar ar-DZ ar-LB fa ur"],
  [/\p{Script=Armenian}/u, "hy"],
  [/\p{Script=Bengali}/u, "bn"],
  [/\p{Script=Devanagari}/u, "hi mr ne"],
  [/\p{Script=Ethiopic}/u, "am"],
  [/\p{Script=Georgian}/u, "ka"],
  [/\p{Script=Gujarati}/u, "gu"],
  [/\p{Script=Gurmukhi}/u, "pa"],
  [/\p{Script=Hebrew}/u, "he"],
  [/\p{Script=Kannada}/u, "kn"],
  [/\p{Script=Khmer}/u, "km"],
  [/\p{Script=Lao}/u, "lo"],
  [/\p{Script=Malayalam}/u, "ml"],
  [/\p{Script=Myanmar}/u, "my"],
  [/\p{Script=Sinhala}/u, "si"],
  [/\p{Script=Tamil}/u, "ta"],
  [/\p{Script=Telugu}/u, "te"],
  [/\p{Script=Thai}/u, "th"],
];
const OTHER_LETTERS = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\P{L}]/u;
const ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
// Buddhist years are 543 ahead.
const BUDDHIST = /(?<!\d)2[45]\d\d(?!\d)/;

const namesByLanguages = new Map<string, Map<string, string>>();

/**
 * Returns a date in lower case and without accents, with European digits, English names of months for those in other
 * letters, and times as in English: "2024년 5월 28일 오후 1:05" becomes "2024-5-28 1:05 pm".
 */
export function inLatin(date: string): string {
  const text = date
    .normalize("NFKC")
    .replace(/\p{Cf}+/gu, "")
    .replace(/[’ʼ]/g, " ")
    .replace(/(?![0-9])\p{Nd}/gu, europeanDigit)
    .toLowerCase();
  return unaccented(OTHER_LETTERS.test(text) ? translated(text) : text)
    .replace(/(?:thang|thg)\.?\s*(\d{1,2})(?!\d)/g, (words, month) => ENGLISH[Number(month) - 1] ?? words)
    .replace(/π\.?\s?μ\.?/g, "am")
    .replace(/μ\.?\s?μ\.?/g, "pm");
}

export function unaccented(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "");
}

function translated(text: string): string {
  return (
    text
      .replace(/(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?/, "$1-$2-$3 ")
      .replace(/(\d{1,2})\s?[時时點点시]\s?(\d{1,2})\s?[分분]?/, "$1:$2")
      .replace(/(?:오전|午前|上午|凌晨|早上)\s?(\d{1,2}:\d\d(?::\d\d)?)/, "$1 am")
      .replace(/(?:오후|午後|下午|晚上)\s?(\d{1,2}:\d\d(?::\d\d)?)/, "$1 pm")
      // Thai abbreviates with points: "พ.ค." is one word.
      .replace(/(?<=[\p{L}\p{M}])\.(?=\p{L})/gu, "")
      .replace(/[\p{L}\p{M}]+/gu, (word) => monthIn(word) ?? word)
      .replace(BUDDHIST, (year) => (/\p{Script=Thai}/u.test(text) ? String(Number(year) - 543) : year))
  );
}

/** Returns the English month of a word. Hebrew writes "in" as a letter before it, Persian "of" as a mark after it. */
function monthIn(word: string): string | undefined {
  const languages = LANGUAGES.find(([script]) => script.test(word))?.[1];
  if (languages === undefined) return undefined;
  const names = namesByLanguages.get(languages) ?? namesOfMonths(languages);
  namesByLanguages.set(languages, names);
  return names.get(word) ?? names.get(word.replace(/^ב/, "")) ?? names.get(word.replace(/\p{M}$/u, ""));
}

function namesOfMonths(languages: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const language of languages.split(" ")) {
    for (const month of ["long", "short"] as const) {
      const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory`, { day: "numeric", month, timeZone: "UTC" });
      for (const [index, english] of ENGLISH.entries()) {
        const parts = format.formatToParts(Date.UTC(2020, index, 1));
        const name = parts.find(({ type }) => type === "month")?.value.normalize("NFKC") ?? "";
        // A name of several words is found by its longest.
        const words = name.replace(/[\p{Cf}.]/gu, "").match(/[\p{L}\p{M}]+/gu) ?? [];
        const [word = ""] = words.sort((a, b) => b.length - a.length);
        if (!names.has(word)) names.set(word, english);
      }
    }
  }
  return names;
}

/** Digits of a script follow each other, beginning with its zero. */
function europeanDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
