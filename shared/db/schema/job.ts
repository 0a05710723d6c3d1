import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { atMost, id, instant } from "./columns.ts";

/** Work to do later, retried until it succeeds or is parked. Deleted when it is done. */
export const job = pgTable(
  "job",
  {
    id: id(),
    name: text("name").notNull(),
    args: jsonb("args").$type<Record<string, unknown>>().notNull(),
    dueAt: instant("due_at").notNull().default(sql`podcore_now()`),
    /** No other worker claims the job before this instant. NULL if no worker holds it. */
    leaseExpiresAt: instant("lease_expires_at"),
    /** Fencing token, as in podcast_crawl. */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    numErrors: integer("num_errors").notNull().default(0),
    lastError: text("last_error"),
    lastErrorAt: instant("last_error_at"),
    /** When it failed too often. It is not retried, but kept for an operator to inspect. */
    parkedAt: instant("parked_at"),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    index("job_due_at_idx").on(t.dueAt).where(sql`${t.parkedAt} is null`),
    index("job_parked_at_idx").on(t.parkedAt).where(sql`${t.parkedAt} is not null`),
    atMost("job_name_length", t.name, 100),
    atMost("job_last_error_length", t.lastError, 2_000),
    check("job_args_object", sql`jsonb_typeof(${t.args}) = 'object'`),
    check("job_num_errors_not_negative", sql`${t.numErrors} >= 0`),
    check("job_error_has_instant", sql`(${t.lastError} is null) = (${t.lastErrorAt} is null)`),
  ],
);
