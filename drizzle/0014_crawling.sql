-- podcore: no transaction
ALTER TABLE "podcast_crawl" ADD COLUMN IF NOT EXISTS "validators_url" text;--> statement-breakpoint
-- NOT VALID: the column is new, so that no row needs checking, and the table is locked for no scan.
ALTER TABLE "podcast_crawl" DROP CONSTRAINT IF EXISTS "podcast_crawl_validators_url_length", ADD CONSTRAINT "podcast_crawl_validators_url_length" CHECK (char_length("podcast_crawl"."validators_url") <= 8192) NOT VALID;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "directory_podcast_unused_idx" ON "directory_podcast" USING btree ("updated_at") WHERE "directory_podcast"."podcast_id" is null and "directory_podcast"."last_error" is null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "job_parked_at_idx" ON "job" USING btree ("parked_at") WHERE "job"."parked_at" is not null;