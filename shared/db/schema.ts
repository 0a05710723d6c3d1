// All tables, as drizzle-kit and the pool see them.
export * from "./schema/account.ts";
export * from "./schema/directory.ts";
export * from "./schema/job.ts";
export * from "./schema/listening.ts";
export * from "./schema/podcast.ts";
