-- podcore: no transaction
CREATE TABLE IF NOT EXISTS "podcast_merge" (
	"loser_id" bigint PRIMARY KEY NOT NULL,
	"winner_id" bigint NOT NULL,
	"merged_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"undone_at" timestamp with time zone,
	CONSTRAINT "podcast_merge_two_podcasts" CHECK ("podcast_merge"."loser_id" <> "podcast_merge"."winner_id")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "podcast_merge_row" (
	"loser_id" bigint NOT NULL,
	"subject" text NOT NULL,
	"row_id" bigint NOT NULL,
	"before" jsonb,
	"sequence" bigint,
	CONSTRAINT "podcast_merge_row_pk" PRIMARY KEY("loser_id","subject","row_id"),
	CONSTRAINT "podcast_merge_row_subject_known" CHECK ("podcast_merge_row"."subject" in ('feed_location', 'episode', 'episode_match', 'account_podcast', 'account_episode', 'directory_podcast'))
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "podcast_quarantine" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "podcast_quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"podcast_id" bigint NOT NULL,
	"feed_url" text NOT NULL,
	"found_url" text NOT NULL,
	"title" text NOT NULL,
	"author" text,
	"podcast_guid" text,
	"num_items" integer NOT NULL,
	"since" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"decision" text,
	"decided_at" timestamp with time zone,
	CONSTRAINT "podcast_quarantine_feed_url_length" CHECK (char_length("podcast_quarantine"."feed_url") <= 2000),
	CONSTRAINT "podcast_quarantine_found_url_length" CHECK (char_length("podcast_quarantine"."found_url") <= 8192),
	CONSTRAINT "podcast_quarantine_title_length" CHECK (char_length("podcast_quarantine"."title") <= 500),
	CONSTRAINT "podcast_quarantine_author_length" CHECK (char_length("podcast_quarantine"."author") <= 200),
	CONSTRAINT "podcast_quarantine_podcast_guid_length" CHECK (char_length("podcast_quarantine"."podcast_guid") <= 200),
	CONSTRAINT "podcast_quarantine_decision_known" CHECK ("podcast_quarantine"."decision" in ('same', 'other')),
	CONSTRAINT "podcast_quarantine_decision_has_instant" CHECK (("podcast_quarantine"."decision" is null) = ("podcast_quarantine"."decided_at" is null))
);
--> statement-breakpoint
ALTER TABLE "podcast" ADD COLUMN IF NOT EXISTS "merged_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN IF NOT EXISTS "hollow_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "podcast_merge_row" DROP CONSTRAINT IF EXISTS "podcast_merge_row_podcast_fk", ADD CONSTRAINT "podcast_merge_row_podcast_fk" FOREIGN KEY ("loser_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "podcast_quarantine" DROP CONSTRAINT IF EXISTS "podcast_quarantine_podcast_fk", ADD CONSTRAINT "podcast_quarantine_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "podcast_quarantine_open_unique" ON "podcast_quarantine" USING btree ("podcast_id") WHERE "podcast_quarantine"."decision" is null;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "podcast_quarantine_podcast_id_idx" ON "podcast_quarantine" USING btree ("podcast_id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_merged_at_idx" ON "podcast" USING btree ("merged_at") WHERE "podcast"."merged_at" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_podcast_guid_idx" ON "podcast" USING btree ("podcast_guid") WHERE "podcast"."podcast_guid" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_new_feed_url_idx" ON "podcast" USING btree ("new_feed_url") WHERE "podcast"."new_feed_url" is not null;