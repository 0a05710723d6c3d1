import type { Feed, FeedEpisode } from "../../feed/model.ts";
import { inSlices } from "../episodes/in-slices.ts";

/** An episode as a witness of the show that it belongs to. */
type Witness = Pick<FeedEpisode, "guid" | "guidSha256" | "mediaUrl" | "title" | "publishedAt">;
/** A stored show, with the newest episodes that its feed lists. */
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
// So many episodes do not all change at once.
const MANY = 10;
// Shorter ones are numbers, which every other show has as well.
const GUID_MIN = 8;

/**
 * Compares a stored show with the feed that was found at its address. In this order:
 *
 * 1. A feed without episodes is hollow if episodes are known; likewise one without a title if none are.
 * 2. Equal podcast:guids: same, unless none of ten or more known episodes is in common and the author is another: anybody
 *    can copy a GUID.
 * 3. Different podcast:guids: same if more than half of the stored or of the found episodes are in common, whichever are
 *    more: a publisher may change its GUID once. Otherwise other, or hollow without a title.
 * 4. At least half of the stored or of the found episodes in common, whichever are fewer: same. A new title or host
 *    changes nothing about that.
 * 5. No episodes are known: same.
 * 6. No title: hollow.
 * 7. Equal titles, and authors that are equal or missing: same. A feed may have dropped all known episodes.
 * 8. Otherwise: other.
 *
 * Yields to the event loop, because a feed may have 20 000 episodes.
 */
export async function compareShows(stored: StoredShow, found: FoundShow): Promise<Verdict> {
  const isEmpty = found.episodes.length === 0;
  if (isEmpty && (stored.episodes.length > 0 || found.isUntitled)) return "hollow";
  if (hasSameGuid(stored, found)) {
    const isKnown = stored.episodes.length < MANY || !isContradicted(stored.author, found.author);
    return isKnown || (await countCommon(stored, found)) > 0 ? "same" : "other";
  }
  if (isContradicted(stored.podcastGuid, found.podcastGuid)) {
    if ((await shareOfMore(stored, found)) > 1 / 2) return "same";
    return found.isUntitled ? "hollow" : "other";
  }
  if (stored.episodes.length === 0 || (await shareOfFewer(stored, found)) >= 1 / 2) return "same";
  if (found.isUntitled) return "hollow";
  return hasSameTitle(stored, found) && !isContradicted(stored.author, found.author) ? "same" : "other";
}

/**
 * True if both are surely one show although they are at different addresses: the same podcast:guid, and more than half
 * of the episodes of either in common. A GUID with a few episodes proves nothing, because a copy can claim them.
 */
export async function isOneShow(stored: StoredShow, found: FoundShow): Promise<boolean> {
  return hasSameGuid(stored, found) && (await shareOfMore(stored, found)) > 1 / 2;
}

/**
 * True if `found` is where the stored show's feed says that it moves to (itunes:new-feed-url): the same podcast:guid
 * or, unless both have one, most episodes in common.
 */
export async function isMovedShow(stored: StoredShow, found: FoundShow): Promise<boolean> {
  if (stored.podcastGuid !== undefined && found.podcastGuid !== undefined) return hasSameGuid(stored, found);
  return (await shareOfFewer(stored, found)) > 1 / 2;
}

/** True if `found` is the show that an operator has accepted: the same podcast:guid or, unless both have one, title. */
export function isAcceptedShow(accepted: Named, found: Named): boolean {
  return (
    hasSameGuid(accepted, found) ||
    (hasSameTitle(accepted, found) && !isContradicted(accepted.podcastGuid, found.podcastGuid))
  );
}

type Stored = Witness & { storedAt: Date };
/** True if podcore knew most of the episodes that both have from `first` before it knew them from `second`. */
export async function isStoredFirst(first: readonly Stored[], second: readonly Stored[]): Promise<boolean> {
  const marks = await inSlices(first, (episode) => marksOf(episode).map((mark) => [mark, episode.storedAt] as const));
  const known = new Map(marks.flat());
  let [numCommon, numEarlier] = [0, 0];
  await inSlices(second, (episode) => {
    const storedAt = marksOf(episode)
      .map((mark) => known.get(mark))
      .find((at) => at !== undefined);
    if (storedAt === undefined) return;
    numCommon += 1;
    if (storedAt < episode.storedAt) numEarlier += 1;
  });
  return numEarlier > numCommon / 2;
}

type Named = { title: string; podcastGuid: string | undefined };

function hasSameTitle(a: Named, b: Named): boolean {
  return wordsOf(a.title) === wordsOf(b.title);
}

function hasSameGuid(a: Named, b: Named): boolean {
  return a.podcastGuid !== undefined && a.podcastGuid === b.podcastGuid;
}

/** Returns the share of episodes in common, of the shorter list. */
async function shareOfFewer(stored: StoredShow, found: FoundShow): Promise<number> {
  return (await countCommon(stored, found)) / Math.max(Math.min(stored.episodes.length, found.episodes.length), 1);
}

/** Returns the share of episodes in common, of the longer list. Of a long feed, as many count as of a stored show. */
async function shareOfMore(stored: StoredShow, found: FoundShow): Promise<number> {
  const numFound = Math.min(found.episodes.length, NUM_WITNESSES);
  return (await countCommon(stored, found)) / Math.max(stored.episodes.length, numFound, 1);
}

/** Counts the episodes in common. One episode that looks like many of the other list counts once. */
async function countCommon(stored: StoredShow, found: FoundShow): Promise<number> {
  const storedMarks = await inSlices(stored.episodes, marksOf);
  const known = new Set(storedMarks.flat());
  const seen = new Set<string>();
  const isCommon = await inSlices(found.episodes, (episode) => {
    const common = marksOf(episode).filter((mark) => known.has(mark));
    for (const mark of common) seen.add(mark);
    return common.length > 0;
  });
  const numStored = storedMarks.filter((marks) => marks.some((mark) => seen.has(mark))).length;
  return Math.min(numStored, isCommon.filter(Boolean).length);
}

/**
 * Episodes are the same by media URL, or by title and either date of publication or GUID. A GUID alone is not enough: at
 * an address that has a new owner, the same software makes the same ones (`https://example.com/?p=12`).
 */
function marksOf({ guid, guidSha256, mediaUrl, title, publishedAt }: Witness): string[] {
  const marks = [`media ${mediaUrl}`];
  const words = wordsOf(title);
  if (guid.length >= GUID_MIN) marks.push(`guid ${guidSha256.toString("hex")} ${words}`);
  if (publishedAt !== undefined) marks.push(`date ${publishedAt.getTime()} ${words}`);
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
