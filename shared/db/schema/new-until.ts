import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

/**
 * When an episode arrived or, if that is later, a week after it was published. To a subscription since before that, it is
 * new (shared/listening/subscribed.ts). Without a time zone, because an index takes only what no setting changes.
 */
export function newUntil(t: { createdAt: AnyPgColumn; publishedAt: AnyPgColumn }): SQL {
  return sql`greatest(${t.createdAt} at time zone 'UTC', ${t.publishedAt} at time zone 'UTC' + interval '7 days')`;
}
