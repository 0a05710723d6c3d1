-- Trusted: who owns the database may create it, without being a superuser.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE INDEX "episode_document_idx" ON "episode" USING gin (to_tsvector('simple', "title" || ' ' || coalesce("author", '') || ' ' || left(coalesce("description_html", ''), 20000)));--> statement-breakpoint
CREATE INDEX "episode_title_trigrams_idx" ON "episode" USING gin (lower("title") gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "podcast_document_idx" ON "podcast" USING gin (to_tsvector('simple', "title" || ' ' || coalesce("author", '') || ' ' || coalesce("description", '')));--> statement-breakpoint
CREATE INDEX "podcast_title_trigrams_idx" ON "podcast" USING gin (lower("title") gin_trgm_ops);