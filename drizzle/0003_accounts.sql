CREATE TABLE "account" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"email" text,
	"password_hash" text,
	"is_mobile" boolean DEFAULT false NOT NULL,
	"sequence" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_seen_address" text,
	CONSTRAINT "account_email_length" CHECK (char_length("account"."email") <= 254),
	CONSTRAINT "account_password_hash_length" CHECK (char_length("account"."password_hash") <= 500),
	CONSTRAINT "account_last_seen_address_length" CHECK (char_length("account"."last_seen_address") <= 100),
	CONSTRAINT "account_email_has_password" CHECK (("account"."email" is null) = ("account"."password_hash" is null)),
	CONSTRAINT "account_sequence_not_negative" CHECK ("account"."sequence" >= 0)
);
--> statement-breakpoint
CREATE TABLE "api_key" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_key_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"name" text NOT NULL,
	"secret_sha256" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"last_used_address" text,
	"expires_at" timestamp with time zone,
	CONSTRAINT "api_key_secret_sha256_unique" UNIQUE("secret_sha256"),
	CONSTRAINT "api_key_secret_sha256_length" CHECK (octet_length("api_key"."secret_sha256") = 32),
	CONSTRAINT "api_key_name_present" CHECK ("api_key"."name" <> ''),
	CONSTRAINT "api_key_name_length" CHECK (char_length("api_key"."name") <= 100),
	CONSTRAINT "api_key_hint_length" CHECK (char_length("api_key"."hint") <= 20),
	CONSTRAINT "api_key_last_used_address_length" CHECK (char_length("api_key"."last_used_address") <= 100)
);
--> statement-breakpoint
CREATE TABLE "login" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "login_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"secret_sha256" "bytea" NOT NULL,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"last_used_address" text,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "login_secret_sha256_unique" UNIQUE("secret_sha256"),
	CONSTRAINT "login_secret_sha256_length" CHECK (octet_length("login"."secret_sha256") = 32),
	CONSTRAINT "login_user_agent_length" CHECK (char_length("login"."user_agent") <= 500),
	CONSTRAINT "login_last_used_address_length" CHECK (char_length("login"."last_used_address") <= 100)
);
--> statement-breakpoint
CREATE TABLE "rate_limit" (
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"num_taken" integer NOT NULL,
	"resets_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rate_limit_pk" PRIMARY KEY("kind","subject"),
	CONSTRAINT "rate_limit_kind_length" CHECK (char_length("rate_limit"."kind") <= 100),
	CONSTRAINT "rate_limit_subject_length" CHECK (char_length("rate_limit"."subject") <= 100),
	CONSTRAINT "rate_limit_num_taken_not_negative" CHECK ("rate_limit"."num_taken" >= 0)
);
--> statement-breakpoint
CREATE TABLE "verification_code" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "verification_code_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"account_id" bigint,
	"email" text NOT NULL,
	"password_hash" text,
	"secret_sha256" "bytea",
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "verification_code_secret_sha256_unique" UNIQUE("secret_sha256"),
	CONSTRAINT "verification_code_kind_known" CHECK ("verification_code"."kind" in ('sign-up', 'invite', 'password-reset')),
	CONSTRAINT "verification_code_account_present" CHECK (("verification_code"."kind" = 'invite') = ("verification_code"."account_id" is null)),
	CONSTRAINT "verification_code_password_present" CHECK (("verification_code"."kind" = 'sign-up') = ("verification_code"."password_hash" is not null)),
	CONSTRAINT "verification_code_secret_sha256_length" CHECK (octet_length("verification_code"."secret_sha256") = 32),
	CONSTRAINT "verification_code_email_length" CHECK (char_length("verification_code"."email") <= 254),
	CONSTRAINT "verification_code_password_hash_length" CHECK (char_length("verification_code"."password_hash") <= 500)
);
--> statement-breakpoint
CREATE TABLE "directory" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "directory_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	CONSTRAINT "directory_name_unique" UNIQUE("name"),
	CONSTRAINT "directory_name_length" CHECK (char_length("directory"."name") <= 100)
);
--> statement-breakpoint
CREATE TABLE "directory_podcast" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "directory_podcast_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"directory_id" bigint NOT NULL,
	"vendor_id" text NOT NULL,
	"title" text NOT NULL,
	"author" text,
	"feed_url" text NOT NULL,
	"image_url" text,
	"podcast_id" bigint,
	"last_error" text,
	"last_error_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "directory_podcast_directory_id_vendor_id_unique" UNIQUE("directory_id","vendor_id"),
	CONSTRAINT "directory_podcast_vendor_id_length" CHECK (char_length("directory_podcast"."vendor_id") <= 200),
	CONSTRAINT "directory_podcast_title_length" CHECK (char_length("directory_podcast"."title") <= 500),
	CONSTRAINT "directory_podcast_author_length" CHECK (char_length("directory_podcast"."author") <= 200),
	CONSTRAINT "directory_podcast_feed_url_length" CHECK (char_length("directory_podcast"."feed_url") <= 2000),
	CONSTRAINT "directory_podcast_image_url_length" CHECK (char_length("directory_podcast"."image_url") <= 2000),
	CONSTRAINT "directory_podcast_last_error_length" CHECK (char_length("directory_podcast"."last_error") <= 2000),
	CONSTRAINT "directory_podcast_error_has_instant" CHECK (("directory_podcast"."last_error" is null) = ("directory_podcast"."last_error_at" is null))
);
--> statement-breakpoint
CREATE TABLE "directory_search" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "directory_search_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"directory_id" bigint NOT NULL,
	"query" text NOT NULL,
	"retrieved_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "directory_search_directory_id_query_unique" UNIQUE("directory_id","query"),
	CONSTRAINT "directory_search_query_length" CHECK (char_length("directory_search"."query") <= 100),
	CONSTRAINT "directory_search_query_present" CHECK ("directory_search"."query" <> '')
);
--> statement-breakpoint
CREATE TABLE "directory_search_hit" (
	"directory_search_id" bigint NOT NULL,
	"position" integer NOT NULL,
	"directory_podcast_id" bigint NOT NULL,
	CONSTRAINT "directory_search_hit_pk" PRIMARY KEY("directory_search_id","position"),
	CONSTRAINT "directory_search_hit_position_range" CHECK ("directory_search_hit"."position" between 0 and 999)
);
--> statement-breakpoint
CREATE TABLE "account_episode" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_episode_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"episode_id" bigint NOT NULL,
	"is_favorited" boolean DEFAULT false NOT NULL,
	"favorited_at" timestamp with time zone,
	"is_played" boolean DEFAULT false NOT NULL,
	"position_seconds" integer DEFAULT 0,
	"listened_at" timestamp with time zone,
	"sequence" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "account_episode_account_id_episode_id_unique" UNIQUE("account_id","episode_id"),
	CONSTRAINT "account_episode_played_or_position" CHECK ("account_episode"."is_played" = ("account_episode"."position_seconds" is null)),
	CONSTRAINT "account_episode_position_seconds_not_negative" CHECK ("account_episode"."position_seconds" >= 0),
	CONSTRAINT "account_episode_favorited_has_instant" CHECK (not "account_episode"."is_favorited" or "account_episode"."favorited_at" is not null),
	CONSTRAINT "account_episode_played_has_instant" CHECK (not "account_episode"."is_played" or "account_episode"."listened_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "account_podcast" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_podcast_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"podcast_id" bigint NOT NULL,
	"subscribed_at" timestamp with time zone,
	"unsubscribed_at" timestamp with time zone,
	"added_at" timestamp with time zone,
	"sequence" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "account_podcast_account_id_podcast_id_unique" UNIQUE("account_id","podcast_id"),
	CONSTRAINT "account_podcast_unsubscribed_was_subscribed" CHECK ("account_podcast"."unsubscribed_at" is null or "account_podcast"."subscribed_at" is not null)
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "login" ADD CONSTRAINT "login_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_code" ADD CONSTRAINT "verification_code_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_podcast" ADD CONSTRAINT "directory_podcast_directory_fk" FOREIGN KEY ("directory_id") REFERENCES "public"."directory"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_podcast" ADD CONSTRAINT "directory_podcast_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_search" ADD CONSTRAINT "directory_search_directory_fk" FOREIGN KEY ("directory_id") REFERENCES "public"."directory"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_search_hit" ADD CONSTRAINT "directory_search_hit_directory_search_fk" FOREIGN KEY ("directory_search_id") REFERENCES "public"."directory_search"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_search_hit" ADD CONSTRAINT "directory_search_hit_directory_podcast_fk" FOREIGN KEY ("directory_podcast_id") REFERENCES "public"."directory_podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_episode" ADD CONSTRAINT "account_episode_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_episode" ADD CONSTRAINT "account_episode_episode_fk" FOREIGN KEY ("episode_id") REFERENCES "public"."episode"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_podcast" ADD CONSTRAINT "account_podcast_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_podcast" ADD CONSTRAINT "account_podcast_podcast_fk" FOREIGN KEY ("podcast_id") REFERENCES "public"."podcast"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "account_email_unique" ON "account" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "account_ephemeral_last_seen_at_idx" ON "account" USING btree ("last_seen_at") WHERE "account"."email" is null;--> statement-breakpoint
CREATE INDEX "api_key_account_id_idx" ON "api_key" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "api_key_expires_at_idx" ON "api_key" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "login_account_id_idx" ON "login" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "login_expires_at_idx" ON "login" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "rate_limit_resets_at_idx" ON "rate_limit" USING btree ("resets_at");--> statement-breakpoint
CREATE INDEX "verification_code_account_id_idx" ON "verification_code" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "verification_code_expires_at_idx" ON "verification_code" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "directory_podcast_podcast_id_idx" ON "directory_podcast" USING btree ("podcast_id");--> statement-breakpoint
CREATE INDEX "directory_search_retrieved_at_idx" ON "directory_search" USING btree ("retrieved_at");--> statement-breakpoint
CREATE INDEX "directory_search_hit_directory_podcast_id_idx" ON "directory_search_hit" USING btree ("directory_podcast_id");--> statement-breakpoint
CREATE INDEX "account_episode_account_id_sequence_idx" ON "account_episode" USING btree ("account_id","sequence");--> statement-breakpoint
CREATE INDEX "account_episode_account_id_listened_at_idx" ON "account_episode" USING btree ("account_id","listened_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "account_episode"."listened_at" is not null;--> statement-breakpoint
CREATE INDEX "account_episode_account_id_favorited_at_idx" ON "account_episode" USING btree ("account_id","favorited_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "account_episode"."is_favorited";--> statement-breakpoint
CREATE INDEX "account_episode_episode_id_idx" ON "account_episode" USING btree ("episode_id");--> statement-breakpoint
CREATE INDEX "account_podcast_account_id_sequence_idx" ON "account_podcast" USING btree ("account_id","sequence");--> statement-breakpoint
CREATE INDEX "account_podcast_podcast_id_idx" ON "account_podcast" USING btree ("podcast_id");--> statement-breakpoint
INSERT INTO "directory" ("name") VALUES ('Apple iTunes');
