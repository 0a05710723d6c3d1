/** Makes a lookup by id that asks once for all the ids that come together, and once for each id. */
export function createBatch<T>(
  load: (ids: number[]) => Promise<ReadonlyMap<number, T>>,
): (id: number) => Promise<T | undefined> {
  const known = new Map<number, Promise<T | undefined>>();
  let open: { ids: number[]; rows: Promise<ReadonlyMap<number, T>> } | undefined;

  function gather() {
    const ids: number[] = [];
    const rows = Promise.resolve()
      .then(afterPromiseJobs)
      .then(() => {
        open = undefined;
        return load(ids);
      });
    return { ids, rows };
  }

  return function find(id) {
    let row = known.get(id);
    if (row === undefined) {
      open ??= gather();
      open.ids.push(id);
      row = open.rows.then((rows) => rows.get(id));
      known.set(id, row);
    }
    return row;
  };
}

/** From within a promise job, a tick comes only when no such job is left: by then every sibling in a list has asked. */
function afterPromiseJobs(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
