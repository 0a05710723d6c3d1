import type { Turns } from "./turns.ts";

// Creating this many row objects takes 5 to 10 ms without interruption.
export const ROWS_MAX = 500;

type Load<T> = (ids: number[]) => Promise<ReadonlyMap<number, T>>;

/**
 * Creates a lookup by id that combines concurrent requests into one load of up to `idsMax` ids, and loads each id once.
 * Each caller gets its row, or the failure, in a turn of its own.
 */
export function createBatch<T>(
  { turns, idsMax = ROWS_MAX }: { turns: Turns; idsMax?: number },
  load: Load<T>,
): (id: number) => Promise<T | undefined> {
  const known = new Map<number, Promise<T | undefined>>();
  let open: { ids: number[]; rows: Promise<ReadonlyMap<number, T>> } | undefined;

  function gather() {
    const ids: number[] = [];
    const rows = Promise.resolve()
      // By then, every sibling in a list has made its request.
      .then(turns.settled)
      .then(() => {
        open = undefined;
        return loadInParts(load, { ids, idsMax });
      });
    return { ids, rows };
  }

  return async function find(id) {
    let row = known.get(id);
    if (row === undefined) {
      open ??= gather();
      open.ids.push(id);
      row = open.rows.then((rows) => rows.get(id));
      known.set(id, row);
    }
    // Waits for the turn even if the load failed.
    await row.catch(() => undefined);
    await turns.take();
    return row;
  };
}

/** Loads one part after another, so that a query uses one connection. */
async function loadInParts<T>(
  load: Load<T>,
  { ids, idsMax }: { ids: number[]; idsMax: number },
): Promise<ReadonlyMap<number, T>> {
  if (ids.length <= idsMax) return load(ids);
  const rows = new Map<number, T>();
  for (let i = 0; i < ids.length; i += idsMax) {
    for (const [id, row] of await load(ids.slice(i, i + idsMax))) rows.set(id, row);
  }
  return rows;
}
