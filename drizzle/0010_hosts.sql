-- podcore: no transaction
CREATE TABLE IF NOT EXISTS "crawl_host" (
	"host" text PRIMARY KEY NOT NULL,
	"ready_at" timestamp with time zone NOT NULL,
	"next_slot_at" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	"paused_until" timestamp with time zone,
	"slowness" double precision DEFAULT 1 NOT NULL,
	CONSTRAINT "crawl_host_host_length" CHECK (char_length("crawl_host"."host") <= 253),
	CONSTRAINT "crawl_host_slowness_at_least_1" CHECK ("crawl_host"."slowness" >= 1)
);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "crawl_host_ready_at_idx" ON "crawl_host" USING btree ("ready_at");--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN IF NOT EXISTS "host" text;--> statement-breakpoint
ALTER TABLE "podcast_crawl" ADD COLUMN IF NOT EXISTS "last_content_at" timestamp with time zone;--> statement-breakpoint
-- NOT VALID: the column is new, so that no row needs checking, and the table is locked for no scan.
ALTER TABLE "podcast_crawl" DROP CONSTRAINT IF EXISTS "podcast_crawl_host_length", ADD CONSTRAINT "podcast_crawl_host_length" CHECK (char_length("podcast_crawl"."host") <= 253) NOT VALID;--> statement-breakpoint
-- From when on a crawl can be claimed with others. Never for a suspect, which is crawled alone.
CREATE OR REPLACE FUNCTION podcast_claimable_at(due_at timestamptz, lease_expires_at timestamptz, num_unfinished integer)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN num_unfinished + (lease_expires_at IS NOT NULL)::int >= 2 THEN 'infinity'::timestamptz
    ELSE greatest(due_at, lease_expires_at) END
$$;--> statement-breakpoint
-- Makes a podcast's host ready no later than the podcast. It runs at the end of the transaction, so that the host's lock,
-- for which all crawlers would wait, is held for the commit only. It changes the row in any case, even if its values stay
-- the same: a claim whose snapshot does not show this transaction sees by that that it must look again.
CREATE OR REPLACE FUNCTION podcast_crawl_host_ready() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crawl_host AS h (host, ready_at)
  SELECT c.host, podcast_claimable_at(c.due_at, c.lease_expires_at, c.num_unfinished)
  FROM podcast_crawl c WHERE c.podcast_id = NEW.podcast_id AND c.host IS NOT NULL
  ON CONFLICT (host) DO UPDATE SET
    ready_at = least(h.ready_at, greatest(excluded.ready_at, h.next_slot_at, h.paused_until));
  RETURN NULL;
END
$$;--> statement-breakpoint
-- podcore: short lock: it replaces a trigger and reads no rows
DROP TRIGGER IF EXISTS podcast_crawl_inserted ON podcast_crawl;
CREATE CONSTRAINT TRIGGER podcast_crawl_inserted AFTER INSERT ON podcast_crawl
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.host IS NOT NULL)
EXECUTE FUNCTION podcast_crawl_host_ready();--> statement-breakpoint
-- podcore: short lock: it replaces a trigger and reads no rows
DROP TRIGGER IF EXISTS podcast_crawl_updated ON podcast_crawl;
CREATE CONSTRAINT TRIGGER podcast_crawl_updated AFTER UPDATE OF host, due_at, lease_expires_at, num_unfinished ON podcast_crawl
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.host IS NOT NULL AND (NEW.host IS DISTINCT FROM OLD.host
  OR podcast_claimable_at(NEW.due_at, NEW.lease_expires_at, NEW.num_unfinished)
    < podcast_claimable_at(OLD.due_at, OLD.lease_expires_at, OLD.num_unfinished)))
EXECUTE FUNCTION podcast_crawl_host_ready();--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_host_claimable_at_idx" ON "podcast_crawl" USING btree ("host",podcast_claimable_at("due_at", "lease_expires_at", "num_unfinished"));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_host_leased_idx" ON "podcast_crawl" USING btree ("host") WHERE "podcast_crawl"."lease_expires_at" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_unfinished_due_at_idx" ON "podcast_crawl" USING btree ("due_at") WHERE "podcast_crawl"."num_unfinished" > 0;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "podcast_crawl_without_host_idx" ON "podcast_crawl" USING btree ("podcast_id") WHERE "podcast_crawl"."host" is null;--> statement-breakpoint
-- Older code claims without it as before, only more slowly.
DROP INDEX CONCURRENTLY IF EXISTS "podcast_crawl_due_at_idx";
