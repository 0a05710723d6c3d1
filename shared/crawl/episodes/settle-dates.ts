/** What the feed says of an item's date, and the date of its row if it has one. In the feed's order. */
export type DatedItem = { publishedAt: Date | undefined; storedAt: Date | undefined };
export type SettledDate = {
  /** The feed's date, if that can order lists. */
  publishedAt: Date | undefined;
  /** The feed's date, if it is in the future. */
  announcedFor: Date | undefined;
  /** The date of a new row without `publishedAt`. */
  fallbackAt: Date;
};
type Options = { now: Date; channelAt: Date | undefined; isKnownShow: boolean };

// Clocks and time zones of feeds are wrong by hours. Beyond a day, a date is meant for the future (as in NetNewsWire).
const AHEAD_MS = 86_400_000;
// Generators write the time of the request as the channel's date.
const BUILT_MS = 86_400_000;
const STEP_MS = 1_000;

/**
 * Settles by which dates lists order a feed's items. A date in the future does not count until it has come. An item
 * without a date is put between its neighbours in the feed. Only new items above all stored ones of a known show are
 * dated now.
 */
export function settleDates(items: readonly DatedItem[], { now, channelAt, isKnownShow }: Options): SettledDate[] {
  const known = items.map(({ publishedAt, storedAt }) =>
    publishedAt !== undefined && !isAhead(publishedAt, now) ? publishedAt.getTime() : storedAt?.getTime(),
  );
  const firstStored = items.findIndex(({ storedAt }) => storedAt !== undefined);
  const numAtTop = !isKnownShow ? 0 : firstStored < 0 ? items.length : firstStored;
  const above = neighbours(known);
  const below = neighbours(known.toReversed()).reverse();
  return items.map(({ publishedAt }, i) => {
    const isAnnounced = publishedAt !== undefined && isAhead(publishedAt, now);
    const place = { above: above[i], below: below[i] };
    const arrival = now.getTime() - i * STEP_MS;
    const fallback = isAnnounced
      ? announcedAt(place, arrival)
      : (undatedAt(place, i < numAtTop ? arrival : undefined) ?? outsetOf({ now, channelAt }) - i * STEP_MS);
    return {
      publishedAt: isAnnounced ? undefined : publishedAt,
      announcedFor: isAnnounced ? publishedAt : undefined,
      fallbackAt: new Date(fallback),
    };
  });
}

/** The date of the nearest dated item in one direction, and how many items away that is. */
type Neighbour = { time: number; distance: number } | undefined;
type Place = { above: Neighbour; below: Neighbour };

/** Returns for each item its nearest dated neighbour before it. */
function neighbours(times: readonly (number | undefined)[]): Neighbour[] {
  let nearest: Neighbour;
  return times.map((time) => {
    if (nearest !== undefined) nearest = { ...nearest, distance: nearest.distance + 1 };
    const found = nearest;
    if (time !== undefined) nearest = { time, distance: 0 };
    return found;
  });
}

/** Puts an announced episode just below its older neighbour, so that it leads no list. */
function announcedAt({ above, below }: Place, arrival: number): number {
  const times = [above, below].flatMap((neighbour) => neighbour?.time ?? []);
  return times.length === 0 ? arrival : Math.min(...times) - STEP_MS;
}

/** Puts an undated item between its neighbours, nearer to the older. At the top, `arrival` counts if there is one. */
function undatedAt({ above, below }: Place, arrival: number | undefined): number | undefined {
  if (above === undefined) return arrival ?? (below && below.time + below.distance * STEP_MS);
  if (below === undefined) return above.time - above.distance * STEP_MS;
  const [older, newer] = above.time < below.time ? [above, below] : [below, above];
  return Math.min(older.time + older.distance * STEP_MS, newer.time);
}

/** The date of a feed without any: the channel's or, without one that means something, 1 January 1970. */
function outsetOf({ now, channelAt }: Pick<Options, "now" | "channelAt">): number {
  if (channelAt !== undefined && channelAt.getTime() < now.getTime() - BUILT_MS) return channelAt.getTime();
  // Leaves room below for as many items as a feed can have.
  return BUILT_MS - STEP_MS;
}

function isAhead(date: Date, now: Date): boolean {
  return date.getTime() > now.getTime() + AHEAD_MS;
}
