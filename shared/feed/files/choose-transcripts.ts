import type { Transcript } from "../model.ts";

// From the most useful format to the least: WebVTT has times and speakers, JSON often one word in each segment, SubRip
// rarely speakers. HTML may have times, plain text has none.
const FORMATS: readonly RegExp[] = [/vtt/i, /json/i, /subrip|srt/i, /html/i];

/**
 * Sorts transcripts by how useful they are to listeners of a show in `language`, and leaves out all but the first `max`.
 * The show's language counts before the format. A transcript without a language is in the show's.
 */
export function chooseTranscripts(
  transcripts: readonly Transcript[],
  { language, max }: { language: string | undefined; max: number },
): Transcript[] {
  return transcripts
    .map((transcript, position) => ({ transcript, rank: rankOf(transcript, language), position }))
    .sort((a, b) => a.rank - b.rank || a.position - b.position)
    .slice(0, max)
    .map(({ transcript }) => transcript);
}

function rankOf({ url, type, language: own }: Transcript, language: string | undefined): number {
  const kind = `${type ?? ""} ${new URL(url).pathname.slice(-5)}`.trimStart();
  const format = FORMATS.findIndex((pattern) => pattern.test(kind));
  return distanceOf(own, language) * 10 + (format === -1 ? FORMATS.length : format);
}

/** 0 for the same language, 1 for another region's, 2 for another. */
function distanceOf(own: string | undefined, language: string | undefined): number {
  if (own === undefined || language === undefined) return 0;
  const [a, b] = [own, language].map((tag) => tag.toLowerCase().replaceAll("_", "-"));
  if (a === b) return 0;
  return a?.split("-", 1)[0] === b?.split("-", 1)[0] ? 1 : 2;
}
