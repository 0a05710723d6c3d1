import { unaccented } from "./in-latin.ts";

/**
 * Months by the first letters of their names in languages with Latin, Cyrillic and Greek letters, without accents. The
 * longest match counts: "juil" is July, other words in "jui" are June. Where languages differ, as in "listopad", the
 * larger one counts.
 */
const MONTHS = new Map<string, number>(
  [
    "jan jaa ene gen ian oca янв січ ιαν tam sty led yan xan sij sau urt ion jen сту қаң яну јан",
    "feb fev vee sub фев лют φεβ hel lut uno fab fib vel vas ots chw shk peb fra ақп феб",
    "mar mrz maa mrt mae мар бер μαρ bre mac ozu kov maw сак нау",
    "apr abr avr nis апр кві απρ huh kwi dub ebr pri bal api tra кра сәу",
    "may mai mag maj mei май мая тра μαι tou kve mej svi geg maia мај мам",
    "jun jui juu giu iun haz июн чер ιουν kes cze cer cvn xun lipa lipn bir eka meh hun iyn iyun qer gun маус мау юни јун чэр",
    "jul juil juul lug iul tem июл лип ιουλ hei lip cvc cervenc cervene xul srpa srpnj lie uzt gor hul iyl iyul kor lul шіл юли јул ліп",
    "aug ago aou agu авг сер αυγ elo sie srp avg ags ogo avq agos kol rugp abu aws aww gus там жні",
    "sep set sze eyl сен вер σεπ syy wrz zar sht sen ruj rugs ira med сеп қыр",
    "oct okt out ott eki окт жов οκτ lok paz rij oku tet spa urr hyd қаз кас",
    "nov noi kas ноя лис νοε marr lis noy nob nen stu lap aza tac ное нов қар ліс",
    "dec dez dic des det ara дек гру δεκ jou gru pro dis dek dhj abe rha дец жел сне",
  ].flatMap((names, month) => names.split(" ").map((name): [string, number] => [unaccented(name), month + 1])),
);
const START_LENGTHS = [7, 5, 4, 3];

/** Returns the month that a word without accents, in lower case, begins like. */
export function monthOf(word: string): number | undefined {
  for (const length of START_LENGTHS) {
    const month = MONTHS.get(word.slice(0, length));
    if (month !== undefined) return month;
  }
  return undefined;
}
