-- NOT VALID: the column is new, so that no row needs checking, and the table is locked for no scan.
ALTER TABLE "podcast_crawl" ADD COLUMN "num_unfinished" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD CONSTRAINT "podcast_crawl_num_unfinished_not_negative" CHECK ("podcast_crawl"."num_unfinished" >= 0) NOT VALID;