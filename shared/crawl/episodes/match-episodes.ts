import { setImmediate } from "node:timers/promises";
import { mediaKeyOf } from "../../feed/media-key.ts";
import { titleKeyOf } from "../../feed/title-key.ts";
import { inSlices } from "./in-slices.ts";

/** What tells whether an item is a stored episode whose GUID was another. */
export type Described = {
  title: string;
  /** The feed's date. */
  publishedAt: Date | undefined;
  durationSeconds: number | undefined;
  mediaUrl: string;
  mediaBytes: number | undefined;
  season: number | undefined;
  episodeNumber: number | undefined;
  /** False for a row that the feed did not list last time either. */
  isListed: boolean;
};

/** What is compared, and the place in its list. */
type Sketch = Omit<Described, "title" | "publishedAt" | "mediaUrl"> & {
  index: number;
  titleKey: string;
  /** The media with its query, and without if the path names a file. */
  exact: string;
  file: string | undefined;
  instant: number | undefined;
  day: string | undefined;
};
type Pair = { item: Sketch; row: Sketch; isTitleTelling: boolean };
type Pass = {
  /** An item and a row are compared if this is the same. */
  keyOf(sketch: Sketch): string | undefined;
  isSame(pair: Pair): boolean;
};

/**
 * From the strongest evidence to the weakest. Each needs two facts to agree, because shows reuse media URLs ("latest.mp3")
 * and titles ("Trailer"). Bulletins reuse both, so on another day a third fact must agree. Where neither media nor instant
 * agree, the title must also tell episodes of the show apart: an hourly "News" is another episode each time.
 */
const PASSES: readonly Pass[] = [
  { keyOf: ({ exact, titleKey }) => `${exact} ${titleKey}`, isSame: isSameUpload },
  { keyOf: ({ exact, day }) => day && `${exact} ${day}`, isSame: isSameOfDay },
  { keyOf: ({ file, titleKey }) => file && `${file} ${titleKey}`, isSame: isSameUpload },
  { keyOf: ({ file, day }) => file && day && `${file} ${day}`, isSame: isSameOfDay },
  {
    keyOf: ({ instant, titleKey }) => (instant === undefined ? undefined : `${instant} ${titleKey}`),
    isSame: (pair) => !differInNumber(pair),
  },
  {
    keyOf: ({ day, titleKey }) => day && `${day} ${titleKey}`,
    isSame: (pair) => pair.isTitleTelling && !differInLength(pair) && !differInNumber(pair),
  },
  {
    keyOf: ({ durationSeconds, titleKey }) => (durationSeconds ? `${durationSeconds} ${titleKey}` : undefined),
    isSame: (pair) => pair.isTitleTelling && pair.row.isListed && !differInNumber(pair),
  },
];

// A bulletin and its trailer are two.
const MIN_TITLES = 3;
// Durations that feeds round differently.
const ROUNDING_SECONDS = 5;

type Candidates = {
  /** Items whose GUIDs no row has. */
  items: readonly Described[];
  /** Rows of the show whose GUIDs no item has. */
  rows: readonly Described[];
  /** Titles of the show's other episodes. */
  otherTitles: readonly string[];
};

/**
 * Finds items that are stored episodes although their GUIDs are not: by media, title, date and duration. A match is the
 * only one on both sides; all else is a new episode. Returns row indexes by item index. Takes time linear in the number of
 * items and rows, and yields to the event loop.
 */
export async function matchEpisodes({ items, rows, otherTitles }: Candidates): Promise<Map<number, number>> {
  const matches = new Map<number, number>();
  if (items.length === 0 || rows.length === 0) return matches;
  let freeItems = await inSlices(items, sketch);
  let freeRows = await inSlices(rows, sketch);
  const isTelling = await tellingTitles({ freeItems, freeRows, others: await inSlices(otherTitles, titleKeyOf) });

  for (const { keyOf, isSame } of PASSES) {
    const rowsByKey = await onlyOnes(freeRows, keyOf);
    const itemsByKey = await onlyOnes(freeItems, keyOf);
    await setImmediate();
    const taken = new Set<Sketch>();
    for (const [key, item] of itemsByKey) {
      const row = rowsByKey.get(key);
      if (item === undefined || row === undefined || !isSame({ item, row, isTitleTelling: isTelling(item) })) continue;
      matches.set(item.index, row.index);
      taken.add(item).add(row);
    }
    freeItems = freeItems.filter((item) => !taken.has(item));
    freeRows = freeRows.filter((row) => !taken.has(row));
  }
  return matches;
}

function sketch({ title, publishedAt, mediaUrl, ...rest }: Described, index: number): Sketch {
  return {
    ...rest,
    ...mediaKeyOf(mediaUrl),
    index,
    titleKey: titleKeyOf(title),
    instant: publishedAt?.getTime(),
    day: publishedAt?.toISOString().slice(0, 10),
  };
}

type Titles = { freeItems: readonly Sketch[]; freeRows: readonly Sketch[]; others: readonly string[] };

/**
 * Returns a test for titles that one item and one row have, in a feed that lists several others. A bulletin may have a
 * trailer beside it, or another title in the evening.
 */
async function tellingTitles({ freeItems, freeRows, others }: Titles): Promise<(sketch: Sketch) => boolean> {
  const isTaken = new Set(others);
  const titleOf = ({ titleKey }: Sketch) => titleKey;
  const [items, rows] = [await onlyOnes(freeItems, titleOf), await onlyOnes(freeRows, titleOf)];
  const numTitles = new Set([...others, ...freeItems.map(titleOf)]).size;
  return ({ titleKey }) =>
    numTitles >= MIN_TITLES &&
    items.get(titleKey) !== undefined &&
    rows.get(titleKey) !== undefined &&
    !isTaken.has(titleKey);
}

/** Returns, by key, those whose key no other has; undefined for keys that several have. */
async function onlyOnes(sketches: readonly Sketch[], keyOf: Pass["keyOf"]): Promise<Map<string, Sketch | undefined>> {
  const byKey = new Map<string, Sketch | undefined>();
  await inSlices(sketches, (sketch) => {
    const key = keyOf(sketch);
    if (key) byKey.set(key, byKey.has(key) ? undefined : sketch);
  });
  return byKey;
}

/**
 * The same file and title are another episode if the show overwrites one file, with the same title each time. On another
 * day the length must agree too, or the title must tell episodes apart, and length and size must not differ.
 */
function isSameUpload(pair: Pair): boolean {
  const { item, row, isTitleTelling } = pair;
  if (isSameInstant(pair)) return true;
  if (differInLength(pair) || differInNumber(pair)) return false;
  if (item.day === row.day) return true;
  return row.isListed && (isSameLength(pair) || (isTitleTelling && !differ(item.mediaBytes, row.mediaBytes)));
}

/** The same file has another title: the episode was renamed, or the file was overwritten later that day. */
function isSameOfDay(pair: Pair): boolean {
  const { item, row } = pair;
  if (differInLength(pair)) return false;
  return isSameInstant(pair) || item.titleKey === row.titleKey || isSameLength(pair);
}

function isSameInstant({ item, row }: Pair): boolean {
  return item.instant !== undefined && item.instant === row.instant;
}

function isSameLength({ item, row }: Pair): boolean {
  return Boolean(item.durationSeconds) && item.durationSeconds === row.durationSeconds;
}

function differInLength({ item, row }: Pair): boolean {
  if (!item.durationSeconds || !row.durationSeconds) return false;
  return Math.abs(item.durationSeconds - row.durationSeconds) > ROUNDING_SECONDS;
}

function differInNumber({ item, row }: Pair): boolean {
  return differ(item.season, row.season) || differ(item.episodeNumber, row.episodeNumber);
}

function differ(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
