import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { dateOf } from "../../shared/feed/date.ts";
import { clockSeconds, durationOf } from "../../shared/feed/duration.ts";
import { LIMITS } from "../../shared/feed/model.ts";
import { booleanOf, bytesOf, decimalOf, integerOf, ordinalOf } from "../../shared/feed/numbers.ts";
import { headlineOf, lineOf, paragraphsOf, rawOf } from "../../shared/feed/text.ts";
import { anyUri, webUrl } from "../../shared/feed/url.ts";

const SIDE_FILES = new URL("../../../shared/feeds/side-files/", import.meta.url);
const skip = existsSync(SIDE_FILES) ? false : "needs the collection of feeds beside the project";

const DATES: [string, string][] = [
  ["Mon, 25 Dec 2017 0:08:00 EST", "2017-12-25T05:08:00Z"],
  ["Fri, 27 Oct 2017 17:26:44 PST", "2017-10-28T01:26:44Z"],
  ["Thurs., 30 Sept. 2010 15:21:00 GMT", "2010-09-30T15:21:00Z"],
  ["Sun, 30 Sep 2010 15:21:00 -0000", "2010-09-30T15:21:00Z"],
  ["Thu, 07 Dec 17 10:00:29 -0800", "2017-12-07T18:00:29Z"],
  ["27 Jul 2023 02:00 +05:30", "2023-07-26T20:30:00Z"],
  ["Wed 05 May 2010 22:00PDT", "2010-05-06T05:00:00Z"],
  ["Tue, 16Jun 2009 14:29:00 GMT", "2009-06-16T14:29:00Z"],
  ["Sun, January 31st, 2016 10:30:00 +0900", "2016-01-31T01:30:00Z"],
  ["March 5, 2010 3:07 pm", "2010-03-05T15:07:00Z"],
  ["fredag, mars 11, 2016 - 08:57", "2016-03-11T08:57:00Z"],
  ["mar, 14 abr 2017 10:32:00 GMT", "2017-04-14T10:32:00Z"],
  ["10 juillet 2015", "2015-07-10T00:00:00Z"],
  ["12. März 2015 08:00 CET", "2015-03-12T07:00:00Z"],
  ["2020/1/10 14:33:00", "2020-01-10T14:33:00Z"],
  ["2016-10-07T14:51:44.123+02:00", "2016-10-07T12:51:44Z"],
  ["20161007T14:51:44Z", "2016-10-07T14:51:44Z"],
  ["2016-10-07", "2016-10-07T00:00:00Z"],
  ["06/30/2013", "2013-06-30T00:00:00Z"],
  ["30/06/2013", "2013-06-30T00:00:00Z"],
  ["30.6.2013", "2013-06-30T00:00:00Z"],
  ["Wed, 29 Oct 2014 24:45:00 EST", "2014-10-30T05:45:00Z"],
  ["Thu, 21 Jan 11 21:40:00 GMT+2", "2011-01-21T19:40:00Z"],
  ["1159704938", "2006-10-01T12:15:38Z"],
  ["Fri, 12 Oct 1951 20:00:00 GMT", "1951-10-12T20:00:00Z"],
  ["1938-10-30T20:00:00-05:00", "1938-10-31T01:00:00Z"],
  ["12 Oct 51", "1951-10-12T00:00:00Z"],
  ["1159704938000", "2006-10-01T12:15:38Z"],
  ["7. 6. 2014", "2014-06-07T00:00:00Z"],
  ["2014. május 1., 10:30", "2014-05-01T10:30:00Z"],
  ["Cts, 25 Tem 2015", "2015-07-25T00:00:00Z"],
  ["Wed, 01 Iunie 2011", "2011-06-01T00:00:00Z"],
  ["2 Ags 2012", "2012-08-02T00:00:00Z"],
  ["2024년 5월 28일 오후 1시 05분", "2024-05-28T13:05:00Z"],
  ["2024-05-25 오후 11:23:17", "2024-05-25T23:23:17Z"],
  ["2024年5月28日 上午12:30", "2024-05-28T00:30:00Z"],
  ["28/05/2024 1:05 π.μ.", "2024-05-28T01:05:00Z"],
  ["28 mayo 2024 11:23 p. m.", "2024-05-28T23:23:00Z"],
  ["Thứ Ba, 28 tháng 5, 2024", "2024-05-28T00:00:00Z"],
  ["28 พ.ค. 2567", "2024-05-28T00:00:00Z"],
  ["٢٨ مايو ٢٠٢٤", "2024-05-28T00:00:00Z"],
  ["28 במאי 2024", "2024-05-28T00:00:00Z"],
];

// A date in each language of which feeds are known, in each month.
const DAYS: Record<string, string> = {
  Finnish:
    "ke 1. tammikuuta; to 1 hel; la 1 maaliskuuta; ti 1 huh; to 1 toukokuuta; su 1 kes; ti 1 heinäkuuta; pe 1 elo; ma 1 syys; Ke, 1 Lok; la 1 marraskuuta; ma 1 joulu",
  German:
    "Mi, 1. Jan; Sa, 1. Februar; 1 Mär; Di, 1 Apr; 1. Mai; 1. Juni; 1 Jul; 1. August; 1 Sep; Mi, 1 Okt; 1 Nov; 1. Dezember",
  French:
    "1 janv.; 1 févr.; mar. 1 mars; 1 avril; 1er mai; 1 juin; mar. 1 juillet; 1 août; 1 sept.; mer. 1 oct.; 1 nov.; 1 déc.",
  Spanish: "1 de enero; 1 feb; 1 mar; mar 1 abr; 1 mayo; 1 jun; 1 de julio; 1 ago; 1 set; mié, 1 oct; 1 nov; 1 dic",
  Portuguese: "1 jan; 1 fev; 1 de março; 1 abr; 1 mai; 1 jun; 1 jul; 1 ago; 1 set; qua, 1 out; 1 nov; 1 dez",
  Italian: "1 gen; 1 feb; 1 marzo; mar 1 apr; 1 mag; 1 giu; 1 luglio; 1 ago; 1 set; 1 ott; 1 nov; 1 dic",
  Dutch: "1 jan; 1 feb; maandag 1 maart; 1 apr; 1 mei; 1 jun; 1 jul; 1 aug; maandag 1 sep; wo 1 okt; 1 nov; 1 dec",
  Swedish: "1 jan; 1 feb; 1 mars; 1 apr; 1 maj; 1 juni; 1 juli; 1 aug; 1 sep; ons 1 okt; 1 nov; 1 dec",
  Norwegian: "1. jan; 1. feb; 1. mars; 1. apr; 1. mai; 1. juni; 1. juli; 1. aug; 1. sep; 1. okt; 1. nov; 1. des",
  Danish: "1. jan; 1. feb; 1. marts; 1. apr; 1. maj; 1. juni; 1. juli; 1. aug; 1. sep; 1. okt; 1. nov; 1. dec",
  Polish: "1 stycznia; 1 lut; 1 mar; 1 kwi; 1 maja; 1 czerwca; 1 lip; 1 sie; 1 wrz; śr, 1 paź; 1 lis; 1 gru",
  Czech:
    "1. ledna; 1. úno; 1. bře; 1. dubna; 1. května; 1. června; 1. července; 1. srp; 1. zář; st 1. říj; 1. lis; 1. pro",
  Russian: "1 янв; 1 фев; 1 марта; 1 апр; Чт, 1 май; 1 июн; 1 июля; 1 авг; 1 сен; Ср, 1 окт; 1 ноя; 1 декабря",
  Ukrainian: "1 січ; 1 лют; 1 бер; 1 кві; 1 тра; 1 чер; 1 лип; 1 сер; 1 вер; 1 жов; 1 лис; 1 гру",
  Turkish: "1 Oca; 1 Şub; 1 Mart; 1 Nis; 1 May; 1 Haz; 1 Tem; 1 Ağu; Pazar 1 Eyl; 1 Eki; 1 Kas; 1 Ara",
  Greek: "1 Ιαν; 1 Φεβ; 1 Μαρ; 1 Απρ; 1 Μαΐ; 1 Ιουν; 1 Ιουλ; 1 Αυγ; 1 Σεπ; 1 Οκτ; 1 Νοε; 1 Δεκ",
};

test("dateOf() reads the forms that feeds have, never in the server's time zone", () => {
  for (const [text, expected] of DATES) assert.equal(dateOf(text)?.getTime(), Date.parse(expected), text);
});

for (const [language, days] of Object.entries(DAYS)) {
  test(`dateOf() reads the months of ${language}`, () => {
    const texts = days.split("; ").map((day) => `${day} 2014 10:30:00 +0100`);

    const dates = texts.map((text) => dateOf(text)?.toISOString());

    assert.deepEqual(
      dates,
      Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2014, month, 1, 9, 30)).toISOString()),
    );
  });
}

// Languages of podcasts, written as Node's ICU does. Not among them are those whose months ICU writes as ordinals.
const LANGUAGES =
  "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr gl gu he hi hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mr ms mt my nb ne nl nn pa pl pt ro ru si sk sl sq sr sr-Latn sv sw ta te th tr uk ur vi zh";

test("dateOf() reads dates as they are written in the languages of podcasts", () => {
  const languages = LANGUAGES.split(" ");
  const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;

  const wrong = languages.flatMap((language) => {
    const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory`, options);
    const days = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2014, month, 7)));
    return days
      .map((day) => [day, format.format(day)] as const)
      .filter(([day, text]) => dateOf(text)?.getTime() !== day.getTime());
  });

  assert.ok(languages.length > 60);
  assert.deepEqual(wrong, []);
});

test("xml X28: dateOf() returns undefined for what is no date of a podcast", () => {
  const texts = [
    "",
    "yesterday",
    "Mon, 01 Jan 0000 00:00:00 GMT",
    "Mon, 01 Jan 9999 00:00:00 GMT",
    "+275760-09-13T00:00:00Z",
  ];
  for (const text of [...texts, "-5", "Mon, 40 Jan 2020", "2020-13-01", "1:".repeat(60_000), "GMT"]) {
    assert.equal(dateOf(text), undefined, text.slice(0, 50));
  }
});

test("xml X28: dateOf() reads the 60th second, PDT and a time that cannot be", () => {
  assert.equal(dateOf("Tue, 30 Jun 2015 23:59:60 GMT")?.toISOString(), "2015-07-01T00:00:00.000Z");
  assert.equal(dateOf("Tue, 30 Jun 2015 12:00:00 PDT")?.toISOString(), "2015-06-30T19:00:00.000Z");
  assert.equal(dateOf("Tue, 30 Jun 2015 99:00:00 GMT")?.toISOString(), "2015-06-30T00:00:00.000Z");
});

test("dateOf() reads nearly all dates that other parsers stumbled over", { skip }, () => {
  const texts = sideFile("mdewilde_problemdates.txt");

  const numRead = texts.filter((text) => dateOf(text) !== undefined).length;

  assert.ok(numRead / texts.length > 0.89, `${numRead} of ${texts.length}`);
  assert.deepEqual(
    sideFile("mdewilde_realproblemdates.txt").filter((text) => dateOf(text) === undefined),
    [],
  );
});

test("durationOf() reads clock times, seconds and units", () => {
  const durations: [string, number][] = [
    ["3600", 3600],
    ["61:05", 3665],
    ["1:02:03", 3723],
    ["00:90:00", 5400],
    [" 12:34.6 ", 755],
  ];
  for (const [text, seconds] of [
    ...durations,
    ["1h 2m", 3720],
    ["95 min", 5700],
    ["PT1H2M3S", 3723],
    ["1 hour 5 minutes", 3900],
    ["1,234", 1234],
    ["12,345", 12_345],
    ["1:02,5", 63],
    ["1h30", 5400],
    ["1 h 05", 3900],
    ["1h30m15", 5415],
    ["5m30", 330],
    ["1:02:03:00", 3723],
    ["01:02:03:24", 3723],
    ["1:06:07:8", 3967],
    ["DURATION 1:20:04", 4804],
    ["00:03:25:00", 205],
    [":1:40:19", 6019],
    ["01:43:", 103],
    ['<span class="hms">1:00:57</span>', 3657],
    ["07:00 minutes", 420],
    ["00：45：12", 2712],
    ["0:45:10 AM", 2710],
    ["12:45:10 AM", 2710],
    ["1h04´", 3840],
    ["4'50''", 290],
    ["1 min. and 10 sec.", 70],
    ["2 Hours 22", 8520],
    ["1 Std 5 Min", 3900],
    ["1 ora e 20 minuti", 4800],
  ] as const) {
    assert.equal(durationOf(text), seconds, text);
  }
});

test("xml X30: durationOf() returns undefined for junk", () => {
  for (const text of [
    "99:99:99:99",
    "1:02:03:04:05",
    "1,234,567",
    "30h5x",
    "5 m 1 h",
    "12:30 PM",
    "Thu 07 Apr 2016 11:44:07",
    "85:55;204:37",
    "3-5-17.mp3",
    "1e9",
    "-5",
    "0",
    "00:00:00",
    "",
    "https://example.com/",
    "99999999999",
    "1h".repeat(60_000),
  ]) {
    assert.equal(durationOf(text), undefined, text.slice(0, 50));
  }
});

test("durationOf() reads 97 % of crawled durations", { skip }, () => {
  const texts = sideFile("mdewilde_durations.txt");

  const numRead = texts.filter((text) => durationOf(text) !== undefined || /^[0:.\s]+$/.test(text)).length;

  assert.ok(numRead / texts.length > 0.97, `${numRead} of ${texts.length}`);
});

test("clockSeconds() keeps fractions and reads 0", () => {
  assert.equal(clockSeconds("00:00:00.250"), 0.25);
  assert.equal(clockSeconds("0"), 0);
  assert.equal(clockSeconds("a:b"), undefined);
});

test("xml X29: bytesOf() returns undefined for what is no size", () => {
  for (const text of ["-1", "1e30", "12 MB", "0", "", "9".repeat(16)]) assert.equal(bytesOf(text), undefined, text);
  assert.equal(bytesOf(" 48123456 "), 48_123_456);
});

test("integerOf(), decimalOf() and booleanOf() read what they can and nothing else", () => {
  assert.deepEqual(["3", "3.0", "-1", "1e3", "9999999999", "S1", ""].map(integerOf), [
    3,
    3,
    ...Array(5).fill(undefined),
  ]);
  assert.deepEqual(["3.5", "0", "1.005", ".5", "NaN"].map(decimalOf), [3.5, 0, 1, undefined, undefined]);
  assert.deepEqual(["Yes", "TRUE", "explicit", "no", "false", "clean", "maybe"].map(booleanOf), [
    true,
    true,
    true,
    false,
    false,
    false,
    undefined,
  ]);
});

test("xml X29: webUrl() keeps http and https only, resolves, and never cuts", () => {
  const base = "https://example.com/shows/feed.xml";

  assert.equal(webUrl(" a b.mp3?x=1&amp;y=2 ", base), "https://example.com/shows/a%20b.mp3?x=1&y=2");
  assert.equal(webUrl("//cdn.example.com/é.mp3", base), "https://cdn.example.com/%C3%A9.mp3");
  for (const url of [
    "javascript:alert(1)",
    "data:audio/mpeg;base64,AA",
    "ftp://example.com/a",
    "http://",
    "",
    `https://e.com/${"x".repeat(100_000)}`,
  ]) {
    assert.equal(webUrl(url, base), undefined, url.slice(0, 50));
  }
});

test("webUrl() completes addresses without a scheme, and repairs damaged ones", () => {
  const base = "https://feeds.example/shows/one.xml";
  const addresses: [string, string][] = [
    ["www.example.org", "http://www.example.org/"],
    ["example.org/a?b=1", "http://example.org/a?b=1"],
    ["http%3A%2F%2Fexample.org%2Fa", "http://example.org/a"],
    ["http//example.org/a", "http://example.org/a"],
    ["http:/example.org/a", "http://example.org/a"],
    ["https://http://example.org/a", "http://example.org/a"],
    ["art.jpg", "https://feeds.example/shows/art.jpg"],
    ["media/1.mp3", "https://feeds.example/shows/media/1.mp3"],
    ["page.html", "https://feeds.example/shows/page.html"],
  ];

  for (const [address, url] of addresses) assert.equal(webUrl(address, base), url, address);
});

test("anyUri() keeps URIs of other apps and no scripts", () => {
  const uris = ["nostr:note1abc", "ipfs://abc", "https://e.com/", "javascript:alert(1)", "data:text/html,x"];

  assert.deepEqual(
    uris.map((uri) => anyUri(uri, undefined)),
    ["nostr:note1abc", "ipfs://abc", "https://e.com/", undefined, undefined],
  );
});

test("ordinalOf() finds the number of a season or an episode", () => {
  const season = ["2", "S2", "Season 2", "S02E05", "-1", "x", ""].map((text) => ordinalOf(text, "season"));
  const episode = ["5", "E05", "Episode 12", "#12", "12a", "3/10", "S02E05", "3.5", "1,234"].map((text) =>
    ordinalOf(text, "episode"),
  );

  assert.deepEqual(season, [2, 2, 2, 2, undefined, undefined, undefined]);
  assert.deepEqual(episode, [5, 5, 12, 12, 12, 3, 5, 3.5, undefined]);
});

test("headlineOf() keeps tags that are part of a title", () => {
  const titles: [string, string][] = [
    ["Intent to unship: <a> as <area> in image maps", "Intent to unship: <a> as <area> in image maps"],
    ["List<T> and <b>bold</b>", "List<T> and bold"],
    ["<p>One<br/>two</p>", "One two"],
    ["<a href='x'>linked", "linked"],
    ["Left over</b>", "Left over"],
    ["a <? b <! c", "a <? b <! c"],
    ["<script>x</script>Safe", "Safe"],
  ];

  for (const [title, expected] of titles) assert.equal(headlineOf(title, 100), expected, title);
});

test("xml X17: lineOf() drops NUL, control characters and noncharacters", () => {
  assert.equal(lineOf("a\u0000b\u0007c\u0085d\ufffee\uffff\ufdd0f", 100), "abcdef");
});

test("xml X20: lineOf() drops lone surrogates and never cuts a pair", () => {
  assert.equal(lineOf("a\ud800b\udc00c", 100), "abc");
  assert.equal(lineOf("ab😀", 3), "ab");
  assert.equal(rawOf("ab😀", 4), "ab😀");
});

test("xml X33: lineOf() drops bidirectional overrides and spaces of no width, and bounds marks and joiners", () => {
  assert.equal(lineOf("\u202eevil\u202c \u2066x\u2069\u200b\ufeff", 100), "evil x");
  assert.equal(lineOf(`Z${"\u0301".repeat(500)}x`, 100), "Z\u0301\u0301\u0301\u0301x");
  assert.equal(lineOf(`a${"\u200d".repeat(500)}b`, 100), "a\u200db");
  assert.equal(lineOf("👩‍💻 नमस्ते", 100), "👩‍💻 नमस्ते");
});

test("lineOf() decodes once and strips markup, paragraphsOf() keeps lines", () => {
  assert.equal(lineOf("AT&amp;amp;T <b>x</b>&nbsp;&eacute; 1 < 2", 100), "AT&amp;T x é 1 < 2");
  assert.equal(lineOf(" \n ", 100), undefined);
  assert.equal(paragraphsOf("<p>one</p>\n\n\n<p>two<br>three</p><script>x</script>", 100), "one\n\ntwo\nthree");
  assert.equal(lineOf("x".repeat(2_000_000), LIMITS.title)?.length, LIMITS.title);
});

function sideFile(name: string): string[] {
  return readFileSync(new URL(name, SIDE_FILES), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
}
