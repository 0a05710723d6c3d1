-- NOT VALID: the columns are new, and the new list of kinds has all of the old one, so that no row needs checking and the
-- tables are locked for no scan.
ALTER TABLE "podcast" DROP CONSTRAINT "podcast_feed_kind_known";--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN "extras" jsonb;--> statement-breakpoint
ALTER TABLE "podcast" ADD COLUMN "extras" jsonb;--> statement-breakpoint
ALTER TABLE "episode" ADD CONSTRAINT "episode_extras_object" CHECK (jsonb_typeof("episode"."extras") = 'object') NOT VALID;--> statement-breakpoint
ALTER TABLE "podcast" ADD CONSTRAINT "podcast_extras_object" CHECK (jsonb_typeof("podcast"."extras") = 'object') NOT VALID;--> statement-breakpoint
ALTER TABLE "podcast" ADD CONSTRAINT "podcast_feed_kind_known" CHECK ("podcast"."feed_kind" in ('rss', 'rdf', 'atom', 'json')) NOT VALID;