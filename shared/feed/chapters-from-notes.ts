import { clockSeconds } from "./duration.ts";
import { type Chapter, LIMITS } from "./model.ts";
import { lineOf, paragraphsOf } from "./text.ts";

// Matches "12:34 Title", "(1:02:03) - Title", "[00:00 - 01:30] Title" and "* 12:34: Title". Ignores the end of a range.
const LINE =
  /^[\s([*•–—-]*(?<start>(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:\.\d{1,3})?)(?:\s*[–—-]\s*(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:\.\d{1,3})?)?[\s)\]:|.•–—-]+(?<title>\S.*)$/s;

/**
 * Finds chapters in show notes: times at the start of lines, paragraphs or list items. Returns none if there are fewer than
 * two or they do not ascend, because a single time is most often a time of day.
 *
 * @param html sanitized notes, as in `descriptionHtml`
 */
export function chaptersFromNotes(html: string): Chapter[] {
  const chapters: Chapter[] = [];
  for (const line of (paragraphsOf(html, LIMITS.notesHtml) ?? "").split("\n")) {
    const { start = "", title: text } = LINE.exec(line)?.groups ?? {};
    const startSeconds = clockSeconds(start);
    const title = lineOf(text, LIMITS.title);
    if (startSeconds === undefined || title === undefined) continue;
    const previous = chapters.at(-1);
    if (previous !== undefined && startSeconds <= previous.startSeconds) return [];
    chapters.push({ startSeconds, title });
    if (chapters.length === LIMITS.chapters) break;
  }
  return chapters.length >= 2 ? chapters : [];
}
