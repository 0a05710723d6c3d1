import { badParameter } from "../errors.ts";

/** Which part of a list: `first` rows behind the row whose cursor is `after`, or from its start. */
export type PageRequest = { first: number; after?: string | undefined };
/** A row and its cursor. A list is asked for one row more than `first`, which tells whether there is a next page. */
export type Edge<T> = { node: T; cursor: string };
/** A page of rows; `after` is the next page's, undefined on the last. */
export type Page<T> = { items: T[]; after: string | undefined };

/** A cursor: the sort key and id of the last row seen, opaque to callers. */
export function encodeCursor(key: string, id: number): string {
  return Buffer.from(JSON.stringify([key, id])).toString("base64url");
}

/** @throws UserError 400 for a cursor that `encodeCursor` did not make */
export function decodeCursor(cursor: string): { key: string; id: number } {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(value)) {
      const [key, id]: unknown[] = value;
      if (typeof key === "string" && typeof id === "number" && Number.isSafeInteger(id) && !key.includes("\0")) {
        return { key, id };
      }
    }
  } catch {
    // Not JSON: the same complaint as for JSON of another shape.
  }
  throw notACursor(cursor);
}

/** Decodes a cursor whose key is an instant. @throws UserError 400 */
export function decodeInstantCursor(cursor: string): { key: string; id: number } {
  const decoded = decodeCursor(cursor);
  if (isInstant(decoded.key)) return decoded;
  throw notACursor(cursor);
}

/** Whether a text that came from outside is an instant as `toISOString` writes it, and can be asked for. */
export function isInstant(text: string): boolean {
  const instant = new Date(text);
  const year = instant.getUTCFullYear();
  // Postgres writes and reads the years before and after these in another way.
  return year >= 1 && year <= 9_999 && instant.toISOString() === text;
}

/** Decodes a cursor whose key is a whole number, of a sequence or a rank. @throws UserError 400 */
export function decodeNumberCursor(cursor: string): { key: string; id: number } {
  const decoded = decodeCursor(cursor);
  if (/^\d+$/.test(decoded.key) && Number.isSafeInteger(Number(decoded.key))) return decoded;
  throw notACursor(cursor);
}

/** Makes a page of the edges that were asked for with one more than `first`. */
export function toPage<T>(edges: readonly Edge<T>[], first: number): Page<T> {
  const items = edges.slice(0, first).map(({ node }) => node);
  return { items, after: edges.length > first ? edges[first - 1]?.cursor : undefined };
}

function notACursor(cursor: string): Error {
  return badParameter("after", `not a cursor of this list: "${cursor.slice(0, 100)}"`);
}
