import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** What whoever gives the URL of a known private podcast says of it. */
export type Said = {
  podcastId: number;
  /** Undefined: the operator, or in development anybody. */
  accountId: number | undefined;
  /** Undefined: nothing is said. */
  isPrivate: boolean | undefined;
  /** The URL carries a password or token for certain. */
  hasSecret: boolean;
  /** The URL's path looks like a token. */
  isSuspect: boolean;
};

/**
 * Makes a private podcast public, or confirms that it is private, as far as the caller may decide that:
 * - Nobody can for a secret URL, and no account for a podcast that was private before reasons were recorded.
 * - Where nobody has answered yet, the first answer counts.
 * - A mark holds for the account that added it. Another one that gives the URL without a mark ends it, and so does the
 *   operator: who adds a public feed first cannot hide it. If the URL looks like a token, a mark is ended by the
 *   operator's word, or by that of an account that alone has added the podcast.
 */
export async function settlePrivacy(db: Database, said: Said): Promise<void> {
  if (said.hasSecret) return;
  const { podcastId, isPrivate } = said;
  if (isPrivate === true) {
    await db.repeatable.execute(sql`
      update podcast set private_reason = 'marked'
      where id = ${podcastId}::bigint and is_private and private_reason = 'suspected'`);
    return;
  }
  await db.repeatable.execute(sql`
    update podcast p set is_private = false, private_reason = null, updated_at = podcore_now()
    where id = ${podcastId}::bigint and is_private and ${mayPublish(said)}`);
}

function mayPublish({ accountId, isPrivate, isSuspect }: Said): SQL {
  const isAnswer = isPrivate === false;
  if (accountId === undefined)
    return isSuspect && !isAnswer ? sql`false` : sql`p.private_reason is distinct from 'secret'`;
  if (isSuspect && !isAnswer) return sql`false`;
  const unanswered = sql`p.private_reason = 'suspected'`;
  if (isSuspect)
    return sql`(${unanswered} or p.private_reason = 'marked' and ${isAddedBy("=", accountId)} and not ${isAddedBy("<>", accountId)})`;
  // Whoever has marked it may add it again without a mark, from another app.
  return isAnswer
    ? sql`p.private_reason in ('suspected', 'marked')`
    : sql`(${unanswered} or p.private_reason = 'marked' and not ${isAddedBy("=", accountId)})`;
}

function isAddedBy(comparison: "=" | "<>", accountId: number): SQL {
  return sql`exists (
    select from account_podcast held where held.podcast_id = p.id
      and held.account_id ${sql.raw(comparison)} ${accountId}::bigint and held.added_at is not null)`;
}
