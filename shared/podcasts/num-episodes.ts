import { sql } from "drizzle-orm";

/**
 * The number of a podcast's episodes, to select together with the columns of `podcast`. Names the table itself, since
 * drizzle omits table names in a select list.
 */
export const numEpisodes = sql<number>`(select count(*)::int from episode e where e.podcast_id = "podcast"."id")`;
