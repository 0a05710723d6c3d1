-- podcore: no transaction
ALTER TABLE "episode" ADD COLUMN IF NOT EXISTS "announced_for" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN IF NOT EXISTS "absent_since" timestamp with time zone;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "episode_podcast_id_new_until_idx" ON "episode" USING btree ("podcast_id",greatest("created_at" at time zone 'UTC', "published_at" at time zone 'UTC' + interval '7 days'));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "episode_announced_for_idx" ON "episode" USING btree ("announced_for") WHERE "episode"."announced_for" is not null;--> statement-breakpoint
-- podcore: in batches
-- Dates of the future led all lists. They are put just below the show's newest other episode, as new ones are.
WITH batch AS (
	SELECT id FROM episode WHERE id > $1 ORDER BY id LIMIT 5000
), moved AS (
	UPDATE episode e SET announced_for = e.published_at, updated_at = podcore_now(), published_at = coalesce((
		SELECT max(o.published_at) - interval '1 second' FROM episode o
		WHERE o.podcast_id = e.podcast_id AND o.published_at <= podcore_now() + interval '1 day'
	), e.created_at)
	FROM batch b
	WHERE e.id = b.id AND e.published_at > podcore_now() + interval '1 day' AND e.announced_for IS NULL
)
SELECT max(id) AS last FROM batch;
