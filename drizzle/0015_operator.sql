-- podcore: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "crawl_host_slow_idx" ON "crawl_host" USING btree ("host") WHERE "crawl_host"."slowness" > 1;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_failing_idx" ON "podcast_crawl" USING btree ("num_failures","podcast_id") WHERE "podcast_crawl"."num_failures" > 0;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_hollow_idx" ON "podcast_crawl" USING btree ("podcast_id") WHERE "podcast_crawl"."hollow_since" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_moving_idx" ON "podcast_crawl" USING btree ("podcast_id") WHERE "podcast_crawl"."moved_to_url" is not null;