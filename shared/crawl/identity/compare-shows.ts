import type { Feed, FeedEpisode } from "../../feed/model.ts";

/** An episode as a witness of the show that it belongs to. */
type Witness = Pick<FeedEpisode, "guid" | "guidSha256" | "mediaUrl" | "title" | "publishedAt">;
/** A stored show, with its newest episodes. */
export type StoredShow = {
  title: string;
  author: string | undefined;
  podcastGuid: string | undefined;
  /** At most `NUM_WITNESSES`, the newest. */
  episodes: readonly Witness[];
};
export type FoundShow = Pick<Feed, "title" | "isUntitled" | "author" | "podcastGuid" | "episodes">;

/**
 * - `same`: the feed is the stored show's.
 * - `other`: the feed is another show's.
 * - `hollow`: the feed does not say whose it is, or has none of the episodes that are known.
 */
export type Verdict = "same" | "other" | "hollow";

/** Episodes of a stored show that are compared. A feed that keeps only its newest episodes has most of these. */
export const NUM_WITNESSES = 100;
// Shorter ones are numbers, which every other show has as well.
const GUID_MIN = 8;

/**
 * Compares a stored show with the feed that was found at its address. In this order:
 *
 * 1. A feed without episodes is hollow if episodes are known; likewise one without a title if none are.
 * 2. Equal podcast:guids: same.
 * 3. At least half of the stored or of the found episodes in common, whichever are fewer: same. A new title, GUID or
 *    host changes nothing about that.
 * 4. No episodes are known: same, unless both have a podcast:guid and they differ.
 * 5. No title: hollow.
 * 6. Equal titles, and authors that are equal or missing: same. A feed may have dropped all known episodes.
 * 7. Otherwise: other.
 */
export function compareShows(stored: StoredShow, found: FoundShow): Verdict {
  const isEmpty = found.episodes.length === 0;
  if (isEmpty && (stored.episodes.length > 0 || found.isUntitled)) return "hollow";
  if (hasSameGuid(stored, found) || shareOf(stored, found) >= 1 / 2) return "same";
  if (stored.episodes.length === 0)
    return stored.podcastGuid !== undefined && found.podcastGuid !== undefined ? "other" : "same";
  if (found.isUntitled) return "hollow";
  const hasSameName = wordsOf(stored.title) === wordsOf(found.title) && !isContradicted(stored.author, found.author);
  return hasSameName ? "same" : "other";
}

/**
 * True if both are surely one show although they are at different addresses: the same podcast:guid, and more than half
 * of their episodes in common. A GUID alone proves nothing, because a copy can claim it.
 */
export function isOneShow(stored: StoredShow, found: FoundShow): boolean {
  return hasSameGuid(stored, found) && shareOf(stored, found) > 1 / 2;
}

/**
 * True if `found` is where the stored show's feed says that it moves to (itunes:new-feed-url): the same podcast:guid
 * or, unless both have one, most episodes in common.
 */
export function isMovedShow(stored: StoredShow, found: FoundShow): boolean {
  if (stored.podcastGuid !== undefined && found.podcastGuid !== undefined) return hasSameGuid(stored, found);
  return shareOf(stored, found) > 1 / 2;
}

function hasSameGuid(stored: StoredShow, found: FoundShow): boolean {
  return stored.podcastGuid !== undefined && stored.podcastGuid === found.podcastGuid;
}

/**
 * Returns the share of episodes in common, of the shorter list. Episodes are the same by GUID, by media URL, or by title
 * and date of publication.
 */
function shareOf(stored: StoredShow, found: FoundShow): number {
  const numFewer = Math.min(stored.episodes.length, found.episodes.length);
  if (numFewer === 0) return 0;
  const marks = new Set(found.episodes.flatMap(marksOf));
  const numCommon = stored.episodes.filter((episode) => marksOf(episode).some((mark) => marks.has(mark))).length;
  return numCommon / numFewer;
}

function marksOf({ guid, guidSha256, mediaUrl, title, publishedAt }: Witness): string[] {
  const marks = [`media ${mediaUrl}`];
  if (guid.length >= GUID_MIN) marks.push(`guid ${guidSha256.toString("hex")}`);
  if (publishedAt !== undefined) marks.push(`date ${publishedAt.getTime()} ${wordsOf(title)}`);
  return marks;
}

function isContradicted(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && wordsOf(a) !== wordsOf(b);
}

/** Titles are compared without case and typography: a rebuilt site often changes both. */
function wordsOf(text: string): string {
  const words = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  return words === "" ? text : words;
}
