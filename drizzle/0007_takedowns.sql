-- NOT VALID: the columns are new, so that no row needs checking, and the table is locked for no scan.
ALTER TABLE "podcast" ADD COLUMN "private_reason" text;--> statement-breakpoint
ALTER TABLE "podcast" ADD COLUMN "taken_down_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "podcast" ADD COLUMN "taken_down_reason" text;--> statement-breakpoint
ALTER TABLE "podcast" ADD CONSTRAINT "podcast_private_reason_known" CHECK ("podcast"."private_reason" in ('secret', 'suspected', 'marked')) NOT VALID;--> statement-breakpoint
ALTER TABLE "podcast" ADD CONSTRAINT "podcast_takedown_has_reason" CHECK (("podcast"."taken_down_at" is null) = ("podcast"."taken_down_reason" is null)) NOT VALID;--> statement-breakpoint
ALTER TABLE "podcast" ADD CONSTRAINT "podcast_taken_down_reason_length" CHECK (char_length("podcast"."taken_down_reason") <= 500) NOT VALID;