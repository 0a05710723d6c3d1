import { clockSeconds } from "./duration.ts";
import { type Chapter, LIMITS } from "./model.ts";
import { lineOf, paragraphsOf } from "./text.ts";

// Matches "12:34 Title", "(1:02:03) - Title", "[00:00 - 01:30] Title", "1. 00:00 Title", "⏰ 【00:00】Title" and "* 12:34: Title".
// Ignores the end of a range.
const TIME_FIRST =
  /^[^\p{L}\p{N}]{0,20}(?:\d{1,3}[.)][^\p{L}\p{N}]{1,10})?(?<time>(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:\.\d{1,3})?)(?:\s{0,5}[–—-]\s{0,5}(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:\.\d{1,3})?)?[\s)\]】」）:|.•·–—→»>-]{1,20}(?<title>\S.*)$/su;
// Matches the end of "Title 00:00", "Title (1:02:03)" and "Title – [12:34]".
const TIME_LAST = /[\s([【「（:|•·–—-]{1,20}(?<time>(?:\d{1,2}:)?\d{1,3}:[0-5]\d)[)\]】」）]?\s*$/u;

// Fewer times that begin later are most often times of day.
const MIN_LATE_CHAPTERS = 4;
const LATE_SECONDS = 600;
// Sentences end in times of day as well, so three lines must do so, from 0:00 on.
const MIN_CHAPTERS_AT_END = 3;

/**
 * Finds chapters in show notes: times at the start of lines, paragraphs or list items, or else at their end. Lines whose
 * times do not ascend or come after the episode's end are left out. If these are more than a third, or there are fewer
 * than two others, the times are something else, and there are no chapters.
 *
 * @param html sanitized notes, as in `descriptionHtml`
 */
export function chaptersFromNotes(html: string, durationSeconds?: number): Chapter[] {
  const lines = (paragraphsOf(html, LIMITS.notesHtml) ?? "").split("\n");
  const timed = lines.flatMap((line) => toChapter(TIME_FIRST.exec(line)?.groups));
  if (timed.length > 1) return chosen(timed, durationSeconds);
  const timedLast = lines.flatMap((line) => {
    const match = TIME_LAST.exec(line);
    return toChapter({ ...match?.groups, title: line.slice(0, match?.index ?? 0) });
  });
  const isListed = timedLast.length >= MIN_CHAPTERS_AT_END && timedLast[0]?.startSeconds === 0;
  return isListed ? chosen(timedLast, durationSeconds) : [];
}

function toChapter({ time = "", title: text }: Record<string, string> = {}): Chapter[] {
  const startSeconds = clockSeconds(time);
  const title = lineOf(text, LIMITS.title);
  return startSeconds === undefined || title === undefined ? [] : [{ startSeconds, title }];
}

function chosen(timed: Chapter[], durationSeconds = Number.POSITIVE_INFINITY): Chapter[] {
  const inTime = timed.filter(({ startSeconds }) => startSeconds <= durationSeconds);
  // Many feeds say wrong durations.
  const chapters = longestAscending(isMost(inTime, timed) ? inTime : timed);
  const [first] = chapters;
  if (first === undefined || chapters.length < 2 || !isMost(chapters, timed)) return [];
  if (first.startSeconds >= LATE_SECONDS && chapters.length < MIN_LATE_CHAPTERS) return [];
  return chapters.slice(0, LIMITS.chapters);
}

function isMost(part: readonly Chapter[], whole: readonly Chapter[]): boolean {
  return part.length * 3 >= whole.length * 2;
}

/** Returns the first of the longest series of chapters that each begin later than the one before, in O(n log n). */
function longestAscending(chapters: readonly Chapter[]): Chapter[] {
  type Link = { chapter: Chapter; previous: Link | undefined };
  // For each length, the series of that length that ends earliest.
  const ends: Link[] = [];
  let longest: Link | undefined;
  for (const chapter of chapters) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle]?.chapter.startSeconds ?? 0) < chapter.startSeconds) low = middle + 1;
      else high = middle;
    }
    // Of chapters at the same time the first one stays.
    if (ends[low]?.chapter.startSeconds === chapter.startSeconds) continue;
    const link = { chapter, previous: ends[low - 1] };
    if (low === ends.length) longest = link;
    ends[low] = link;
  }
  const series: Chapter[] = [];
  for (let link = longest; link !== undefined; link = link.previous) series.push(link.chapter);
  return series.reverse();
}
