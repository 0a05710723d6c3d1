// All tables, as drizzle-kit and the pool see them.
export * from "./schema/job.ts";
export * from "./schema/podcast.ts";
