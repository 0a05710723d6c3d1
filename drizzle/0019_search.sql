-- podcore: no transaction
CREATE TABLE IF NOT EXISTS "search_episode" (
	"episode_id" bigint PRIMARY KEY NOT NULL,
	"podcast_id" bigint NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	"words" integer[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "search_pending" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "search_pending_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"episode_id" bigint,
	"podcast_id" bigint,
	CONSTRAINT "search_pending_one_subject" CHECK (num_nonnulls("search_pending"."episode_id", "search_pending"."podcast_id") = 1)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "search_podcast" (
	"podcast_id" bigint PRIMARY KEY NOT NULL,
	"words" integer[] NOT NULL,
	"title" text NOT NULL,
	"names" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "search_word" (
	"word" text PRIMARY KEY NOT NULL,
	CONSTRAINT "search_word_word_length" CHECK (char_length("search_word"."word") <= 60)
);
--> statement-breakpoint
ALTER TABLE "search_episode" DROP CONSTRAINT IF EXISTS "search_episode_episode_fk", ADD CONSTRAINT "search_episode_episode_fk" FOREIGN KEY ("episode_id") REFERENCES "public"."episode"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_podcast" DROP CONSTRAINT IF EXISTS "search_podcast_podcast_fk", ADD CONSTRAINT "search_podcast_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "search_episode_words_idx" ON "search_episode" USING gin ("words") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "search_podcast_words_idx" ON "search_podcast" USING gin ("words") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "search_podcast_trigrams_idx" ON "search_podcast" USING gin (("title" || ' ' || "names") gin_trgm_ops) WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "search_word_trigrams_idx" ON "search_word" USING gin ("word" gin_trgm_ops) WITH (fastupdate=false);--> statement-breakpoint
-- A statement at a time, since a feed's first crawl inserts all of its episodes at once.
CREATE OR REPLACE FUNCTION search_pending_episodes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (episode_id) SELECT id FROM inserted;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION search_pending_episode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (episode_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION search_pending_podcast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (podcast_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER search_episode_inserted AFTER INSERT ON episode
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION search_pending_episodes();--> statement-breakpoint
CREATE OR REPLACE TRIGGER search_episode_updated AFTER UPDATE ON episode
FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.author IS DISTINCT FROM NEW.author
  OR OLD.description_html IS DISTINCT FROM NEW.description_html OR OLD.published_at IS DISTINCT FROM NEW.published_at
  OR OLD.podcast_id IS DISTINCT FROM NEW.podcast_id OR OLD.is_blocked IS DISTINCT FROM NEW.is_blocked
  OR OLD.namespace->'persons' IS DISTINCT FROM NEW.namespace->'persons'
  OR OLD.namespace->'transcripts' IS DISTINCT FROM NEW.namespace->'transcripts')
EXECUTE FUNCTION search_pending_episode();--> statement-breakpoint
CREATE OR REPLACE FUNCTION search_pending_transcript() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (episode_id) VALUES (coalesce(NEW.episode_id, OLD.episode_id));
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER search_transcript_written AFTER INSERT OR DELETE OR UPDATE OF text ON transcript
FOR EACH ROW EXECUTE FUNCTION search_pending_transcript();--> statement-breakpoint
CREATE OR REPLACE TRIGGER search_podcast_inserted AFTER INSERT ON podcast
FOR EACH ROW EXECUTE FUNCTION search_pending_podcast();--> statement-breakpoint
CREATE OR REPLACE TRIGGER search_podcast_updated AFTER UPDATE ON podcast
FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.author IS DISTINCT FROM NEW.author
  OR OLD.owner_name IS DISTINCT FROM NEW.owner_name OR OLD.description IS DISTINCT FROM NEW.description
  OR OLD.namespace->'persons' IS DISTINCT FROM NEW.namespace->'persons')
EXECUTE FUNCTION search_pending_podcast();--> statement-breakpoint
-- podcore: in batches
-- The clean tick writes the documents of what is stored already. It takes the last of these rows first: podcasts, then
-- episodes from the newest to the oldest.
WITH batch AS (
	SELECT id FROM episode WHERE id > $1 ORDER BY id LIMIT 50000
), pending AS (
	INSERT INTO search_pending (episode_id) SELECT id FROM batch ORDER BY id
)
SELECT max(id) AS last FROM batch;--> statement-breakpoint
-- podcore: in batches
WITH batch AS (
	SELECT id FROM podcast WHERE id > $1 ORDER BY id LIMIT 50000
), pending AS (
	INSERT INTO search_pending (podcast_id) SELECT id FROM batch ORDER BY id
)
SELECT max(id) AS last FROM batch;--> statement-breakpoint
-- Older code searches without these as before, only more slowly.
DROP INDEX CONCURRENTLY IF EXISTS "episode_document_idx";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "episode_title_trigrams_idx";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "podcast_document_idx";
