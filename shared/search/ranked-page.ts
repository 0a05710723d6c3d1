import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";

/** A search's hit: the lower the rank, the better. */
export type Hit = { id: number; rank: number };

/** Checks a cursor before the search. @throws UserError 400 */
export function checkCursor({ after }: PageRequest): void {
  if (after !== undefined) decodeNumberCursor(after);
}

/** Sorts hits, and returns those after the cursor, up to `first` + 1. */
export function rankedPage(hits: Hit[], { first, after }: PageRequest): Edge<number>[] {
  const from = after === undefined ? { key: -1, id: 0 } : decodeNumberCursor(after);
  const rank = Number(from.key);
  return hits
    .filter((hit) => hit.rank > rank || (hit.rank === rank && hit.id > from.id))
    .sort((a, b) => a.rank - b.rank || a.id - b.id)
    .slice(0, first + 1)
    .map((hit) => ({ node: hit.id, cursor: encodeCursor(String(hit.rank), hit.id) }));
}
