ALTER TABLE "podcast_crawl" ADD COLUMN "due_reason" text;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "hints" jsonb;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "arrivals" jsonb;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "max_age_seconds" integer;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "last_status" integer;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "last_redirects" jsonb;