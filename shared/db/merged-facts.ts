import { type SQL, sql } from "drizzle-orm";

/**
 * The facts of two rows about one thing as one row's, by column: `own` is the row that stays and `held` the other one.
 * The later value of each fact wins.
 */
export type MergedFacts = Readonly<Record<string, SQL>>;

/** For two rows of `account_podcast`. A subscription counts from the earlier start. */
export const MERGED_SUBSCRIPTION: MergedFacts = {
  subscribed_at: sql`case when ${isSubscribed("own")} and ${isSubscribed("held")}
    then least(own.subscribed_at, held.subscribed_at)
    when ${isLater()} then held.subscribed_at else own.subscribed_at end`,
  unsubscribed_at: sql`case when ${isLater()} then held.unsubscribed_at else own.unsubscribed_at end`,
  added_at: sql`least(own.added_at, held.added_at)`,
};

/** For two rows of `account_episode`. */
export const MERGED_EPISODE_STATE: MergedFacts = {
  is_favorited: laterOf("is_favorited", "favorited_at"),
  favorited_at: sql`greatest(own.favorited_at, held.favorited_at)`,
  is_played: laterOf("is_played", "listened_at"),
  position_seconds: laterOf("position_seconds", "listened_at"),
  listened_at: sql`greatest(own.listened_at, held.listened_at)`,
};

/** Parts of a statement that merges rows by these facts. */
export function partsOf(facts: MergedFacts) {
  const columns = Object.keys(facts).map((column) => sql.raw(column));
  const list = (parts: SQL[]) => sql.join(parts, sql`, `);
  return {
    /** `subscribed_at, ...` */
    columns: list(columns),
    /** `held.subscribed_at, ...` */
    held: list(columns.map((it) => sql`held.${it}`)),
    /** The merged facts, named like the columns, for a select from `own` and `held`. */
    selected: list(Object.entries(facts).map(([column, fact]) => sql`${fact} as ${sql.raw(column)}`)),
    /** True if `own` differs from the merged facts. */
    isChanged: sql`(${list(columns.map((it) => sql`own.${it}`))}) is distinct from (${list(Object.values(facts))})`,
    /** `subscribed_at = numbered.subscribed_at, ...` */
    set: list(columns.map((it) => sql`${it} = numbered.${it}`)),
  };
}

function isSubscribed(row: "own" | "held"): SQL {
  return sql.raw(`(${row}.subscribed_at is not null and ${row}.unsubscribed_at is null)`);
}

function isLater(): SQL {
  return sql`greatest(held.subscribed_at, held.unsubscribed_at)
    > coalesce(greatest(own.subscribed_at, own.unsubscribed_at), '-infinity')`;
}

/** Returns the value with the later instant. A value without one counts as the earliest. */
function laterOf(column: string, instant: "favorited_at" | "listened_at"): SQL {
  return sql.raw(`case when held.${instant} > coalesce(own.${instant}, '-infinity')
    then held.${column} else own.${column} end`);
}
