// All tables, for drizzle-kit and for queries.
export * from "./schema/account.ts";
export * from "./schema/crawl-host.ts";
export * from "./schema/directory.ts";
export * from "./schema/episode.ts";
export * from "./schema/episode-file.ts";
export * from "./schema/identity.ts";
export * from "./schema/job.ts";
export * from "./schema/listening.ts";
export * from "./schema/podcast.ts";
export * from "./schema/podcast-pages.ts";
export * from "./schema/podcast-push.ts";
export * from "./schema/search.ts";
