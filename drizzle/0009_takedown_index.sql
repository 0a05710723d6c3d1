-- podcore: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_taken_down_idx" ON "podcast" USING btree ("id") WHERE "podcast"."taken_down_at" is not null;