import type { Edge, PageRequest } from "../../shared/db/cursor.ts";

/** All rows of a list, read in pages of four. */
export async function pageThrough<T>(list: (page: PageRequest) => Promise<Edge<T>[]>): Promise<T[]> {
  const rows: T[] = [];
  let after: string | undefined;
  do {
    const edges = await list({ first: 4, after });
    rows.push(...edges.slice(0, 4).map(({ node }) => node));
    after = edges.length > 4 ? edges[3]?.cursor : undefined;
  } while (after !== undefined);
  return rows;
}
