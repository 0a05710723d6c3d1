import { sql } from "drizzle-orm";
import { check, doublePrecision, index, pgTable, text } from "drizzle-orm/pg-core";
import { atMost, instant } from "./columns.ts";

/**
 * When each feed host may be asked next. A host is a host name, or all of a known hoster (`hostKeyOf`).
 *
 * The triggers of podcast_crawl add hosts, and lower `readyAt` when one of a host's podcasts can be claimed earlier. Claims
 * raise it again. So it is never later than the instant at which a claim could succeed, and no due podcast is missed.
 */
export const crawlHost = pgTable(
  "crawl_host",
  {
    host: text("host").primaryKey(),
    /** A claim looks at the host's podcasts from this instant on. Infinity if it has none that can become due. */
    readyAt: instant("ready_at").notNull(),
    /** No crawl is started before this instant, so that the host's requests are apart. At first it may start at any time. */
    nextSlotAt: instant("next_slot_at").notNull().default(sql`'-infinity'`),
    /** Nothing is requested before this instant, since the host answered 429, or 503 with Retry-After. */
    pausedUntil: instant("paused_until"),
    /** How many times longer than usual the time between requests is. Above 1 after a pause; then falls with each claim. */
    slowness: doublePrecision("slowness").notNull().default(1),
  },
  (t) => [
    index("crawl_host_ready_at_idx").on(t.readyAt),
    // Few: hosts that pause, or have paused lately.
    index("crawl_host_slow_idx").on(t.host).where(sql`${t.slowness} > 1`),
    atMost("crawl_host_host_length", t.host, 253),
    check("crawl_host_slowness_at_least_1", sql`${t.slowness} >= 1`),
  ],
);
