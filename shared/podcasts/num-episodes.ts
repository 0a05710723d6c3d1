import { sql } from "drizzle-orm";

/** The number of a podcast's episodes, to select beside the columns of `podcast`. Spelt out, because drizzle leaves the tables' names out here. */
export const numEpisodes = sql<number>`(select count(*)::int from episode e where e.podcast_id = "podcast"."id")`;
