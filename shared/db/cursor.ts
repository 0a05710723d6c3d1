import { badParameter } from "../errors.ts";

/** Part of a list: `first` rows following the row whose cursor is `after`, or from the list's start. */
export type PageRequest = { first: number; after?: string | undefined };
/** A row and its cursor. Queries fetch one row more than `first` to find out whether there is a next page. */
export type Edge<T> = { node: T; cursor: string };
/** A page of rows. `after` requests the next page; it is undefined on the last page. */
export type Page<T> = { items: T[]; after: string | undefined };

/** Encodes the sort key and ID of the last row seen as a cursor, which is opaque to callers. */
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
    // Not JSON: reported like JSON of another shape.
  }
  throw notACursor(cursor);
}

/** Decodes a cursor whose key is an instant. @throws UserError 400 */
export function decodeInstantCursor(cursor: string): { key: string; id: number } {
  const decoded = decodeCursor(cursor);
  if (isInstant(decoded.key)) return decoded;
  throw notACursor(cursor);
}

/** Returns true if untrusted text is an instant in the format of `toISOString` that Postgres can store. */
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

/** Makes a page from a query's edges, which may be one more than `first`. */
export function toPage<T>(edges: readonly Edge<T>[], first: number): Page<T> {
  const items = edges.slice(0, first).map(({ node }) => node);
  return { items, after: edges.length > first ? edges[first - 1]?.cursor : undefined };
}

function notACursor(cursor: string): Error {
  return badParameter("after", `not a cursor of this list: "${cursor.slice(0, 100)}"`);
}
