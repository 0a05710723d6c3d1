CREATE TABLE "podcast_push" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "podcast_push_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"podcast_id" bigint NOT NULL,
	"hub_url" text NOT NULL,
	"topic_url" text NOT NULL,
	"token" text NOT NULL,
	"secret" text NOT NULL,
	"is_wanted" boolean DEFAULT true NOT NULL,
	"requested_at" timestamp with time zone,
	"lease_ends_at" timestamp with time zone,
	"next_attempt_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"num_attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"delivered_at" timestamp with time zone,
	"missed_at" timestamp with time zone,
	CONSTRAINT "podcast_push_token_unique" UNIQUE("token"),
	CONSTRAINT "podcast_push_hub_url_length" CHECK (char_length("podcast_push"."hub_url") <= 2000),
	CONSTRAINT "podcast_push_topic_url_length" CHECK (char_length("podcast_push"."topic_url") <= 2000),
	CONSTRAINT "podcast_push_token_length" CHECK (char_length("podcast_push"."token") = 43),
	CONSTRAINT "podcast_push_secret_length" CHECK (char_length("podcast_push"."secret") = 43),
	CONSTRAINT "podcast_push_last_error_length" CHECK (char_length("podcast_push"."last_error") <= 2000),
	CONSTRAINT "podcast_push_num_attempts_not_negative" CHECK ("podcast_push"."num_attempts" >= 0)
);
--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN "pushed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "podcast_push" ADD CONSTRAINT "podcast_push_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "podcast_push_wanted_unique" ON "podcast_push" USING btree ("podcast_id") WHERE "podcast_push"."is_wanted";--> statement-breakpoint
CREATE INDEX "podcast_push_podcast_id_idx" ON "podcast_push" USING btree ("podcast_id");--> statement-breakpoint
CREATE INDEX "podcast_push_next_attempt_at_idx" ON "podcast_push" USING btree ("next_attempt_at");