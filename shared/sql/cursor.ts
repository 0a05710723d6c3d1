import { badParameter } from "../errors.ts";

/** A page of rows; `after` is the cursor of the next page, undefined on the last. */
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
  throw badParameter("after", `not a cursor of this list: "${cursor.slice(0, 100)}"`);
}

/** Makes a page of `first` rows out of a query that asked for one more. */
export function toPage<T>(rows: T[], { first, cursorOf }: { first: number; cursorOf: (row: T) => string }): Page<T> {
  const items = rows.slice(0, first);
  const last = items.at(-1);
  return { items, after: rows.length > first && last !== undefined ? cursorOf(last) : undefined };
}
