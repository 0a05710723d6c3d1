-- podcore: no transaction
-- The first form built the indexes in one transaction, which held up every write to episodes until its end.
-- podcore: supersedes 228130a24ad3b1097f0265dc92cd00bf0bd581700510c126e40b7fec4e236be1
-- Trusted: who owns the database may create it, without being a superuser.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "episode_document_idx" ON "episode" USING gin (to_tsvector('simple', "title" || ' ' || coalesce("author", '') || ' ' || left(coalesce("description_html", ''), 20000)));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "episode_title_trigrams_idx" ON "episode" USING gin (lower("title") gin_trgm_ops);--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_document_idx" ON "podcast" USING gin (to_tsvector('simple', "title" || ' ' || coalesce("author", '') || ' ' || coalesce("description", '')));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_title_trigrams_idx" ON "podcast" USING gin (lower("title") gin_trgm_ops);