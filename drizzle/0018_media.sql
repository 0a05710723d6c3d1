CREATE TABLE "episode_file" (
	"episode_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"links" jsonb NOT NULL,
	"item_sha256" "bytea" NOT NULL,
	"requested_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"num_failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"retry_at" timestamp with time zone,
	"url" text,
	"etag" text,
	"last_modified" text,
	"chapters" jsonb,
	"kept_until" timestamp with time zone NOT NULL,
	CONSTRAINT "episode_file_pk" PRIMARY KEY("episode_id","kind"),
	CONSTRAINT "episode_file_kind_known" CHECK ("episode_file"."kind" in ('chapters', 'transcript')),
	CONSTRAINT "episode_file_item_sha256_length" CHECK (octet_length("episode_file"."item_sha256") = 32),
	CONSTRAINT "episode_file_num_failures_not_negative" CHECK ("episode_file"."num_failures" >= 0),
	CONSTRAINT "episode_file_chapters_array" CHECK (jsonb_typeof("episode_file"."chapters") = 'array'),
	CONSTRAINT "episode_file_last_error_length" CHECK (char_length("episode_file"."last_error") <= 2000),
	CONSTRAINT "episode_file_url_length" CHECK (char_length("episode_file"."url") <= 2000),
	CONSTRAINT "episode_file_etag_length" CHECK (char_length("episode_file"."etag") <= 8192),
	CONSTRAINT "episode_file_last_modified_length" CHECK (char_length("episode_file"."last_modified") <= 8192)
);
--> statement-breakpoint
CREATE TABLE "transcript" (
	"episode_id" bigint PRIMARY KEY NOT NULL,
	"language" text,
	"type" text NOT NULL,
	"segments" jsonb NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "transcript_segments_array" CHECK (jsonb_typeof("transcript"."segments") = 'array'),
	CONSTRAINT "transcript_language_length" CHECK (char_length("transcript"."language") <= 200),
	CONSTRAINT "transcript_type_length" CHECK (char_length("transcript"."type") <= 100),
	CONSTRAINT "transcript_text_length" CHECK (char_length("transcript"."text") <= 1020000)
);
--> statement-breakpoint
CREATE TABLE "podcast_pages" (
	"podcast_id" bigint PRIMARY KEY NOT NULL,
	"next_url" text,
	"num_pages" integer DEFAULT 0 NOT NULL,
	"max_pages" integer DEFAULT 0 NOT NULL,
	"num_bytes" bigint DEFAULT 0 NOT NULL,
	"seen" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"requested_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "podcast_pages_next_url_length" CHECK (char_length("podcast_pages"."next_url") <= 2000),
	CONSTRAINT "podcast_pages_last_error_length" CHECK (char_length("podcast_pages"."last_error") <= 2000),
	CONSTRAINT "podcast_pages_num_pages_not_negative" CHECK ("podcast_pages"."num_pages" >= 0),
	CONSTRAINT "podcast_pages_seen_array" CHECK (jsonb_typeof("podcast_pages"."seen") = 'array')
);
--> statement-breakpoint
ALTER TABLE "episode_file" ADD CONSTRAINT "episode_file_episode_fk" FOREIGN KEY ("episode_id") REFERENCES "public"."episode"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transcript" ADD CONSTRAINT "transcript_episode_fk" FOREIGN KEY ("episode_id") REFERENCES "public"."episode"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "podcast_pages" ADD CONSTRAINT "podcast_pages_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "episode_file_kept_until_idx" ON "episode_file" USING btree ("kept_until");