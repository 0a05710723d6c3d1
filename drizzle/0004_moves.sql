ALTER TABLE "podcast_crawl" ADD COLUMN "moved_to_url" text;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "moved_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "num_moves_seen" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "moved_identity" text;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD CONSTRAINT "podcast_crawl_moved_to_url_length" CHECK (char_length("podcast_crawl"."moved_to_url") <= 2000);--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD CONSTRAINT "podcast_crawl_move_has_instant" CHECK (("podcast_crawl"."moved_to_url" is null) = ("podcast_crawl"."moved_since" is null));