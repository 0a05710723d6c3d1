// A text of 60 KB: as long as a feed's attribute may be, and a form's field well may be.
export const PUMPED_LENGTH = 60_000;

const REPEATED = [
  ..."@ a@ @( ( ) (a) a [ ] {} < > <> <a <p> </p> <!-- --> <![CDATA[ & &amp; &amp;amp; &lt; &lt;p> &#1 \" ' = a= ? & ?a= ?token= ; , : :: 1: 1:1 0 1 1. - -- / // \\ /../ % %2F %E4%B8%AD # . .. + _ * | é 中 e\u0301 ß \u200d 😀 http:// http://a@ jan 1h".split(
    " ",
  ),
  " ",
  "\t",
  "\n",
  "a ",
  "1 ",
  ": ",
  "a,b, ",
  "12:34 a\n",
];

/** Texts that repeat one pattern, each with its pattern. What ends a text makes a pattern that wants another end fail. */
export const PUMPED: [pattern: string, text: string][] = [...new Set(REPEATED)].map((pattern) => [
  pattern,
  `${pattern.repeat(Math.floor(PUMPED_LENGTH / pattern.length))}\u0001`,
]);
