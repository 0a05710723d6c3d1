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
  /** A URL of the podcast, or one that led to it, looks like a token. */
  isSuspect: boolean;
  /** A public directory lists one of its URLs. */
  isListed: boolean;
};

/**
 * Makes a private podcast public, or confirms that it is private, as far as the caller may decide that:
 * - Nobody can for a secret URL, and no account for a podcast that was private before reasons were recorded.
 * - A podcast that a directory lists is public.
 * - While the question whether it is private is open, the first answer counts; an add without an answer changes nothing.
 * - A mark holds for the account that added it. Another account that adds the URL without a mark ends it, and so does
 *   the operator: whoever adds a public feed first cannot hide it. If a URL looks like a token, only the operator's
 *   answer ends a mark, or that of the one account that has added the podcast.
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

function mayPublish({ accountId, isPrivate, isSuspect, isListed }: Said): SQL {
  const isAnswer = isPrivate === false;
  const isOpen = sql`p.private_reason = 'suspected'`;
  const isMarked = sql`p.private_reason = 'marked'`;
  if (isListed) return sql`(${isOpen} or ${isMarked})`;
  if (accountId === undefined) {
    if (isAnswer) return sql`p.private_reason is distinct from 'secret'`;
    return isSuspect ? sql`false` : sql`(p.private_reason is null or ${isMarked})`;
  }
  if (isSuspect && !isAnswer) return sql`false`;
  if (isSuspect)
    return sql`(${isOpen} or ${isMarked} and ${isAddedBy("=", accountId)} and not ${isAddedBy("<>", accountId)})`;
  // Whoever has marked it may add it again without a mark, from another app.
  return isAnswer ? sql`(${isOpen} or ${isMarked})` : sql`(${isMarked} and not ${isAddedBy("=", accountId)})`;
}

type Another = { podcastId: number; accountId: number | undefined };

/** Finds the title of a podcast that is private by a mark or on suspicion, if another account than this one has added it. */
export async function findTitleOfOthers(db: Database, { podcastId, accountId }: Another): Promise<string | undefined> {
  const [row] = await db.repeatable.execute<{ title: string }>(sql`
    select p.title from podcast p
    where p.id = ${podcastId}::bigint and p.is_private and p.private_reason in ('suspected', 'marked')
      and ${accountId === undefined ? sql`true` : isAddedBy("<>", accountId)}`);
  return row?.title;
}

function isAddedBy(comparison: "=" | "<>", accountId: number): SQL {
  return sql`exists (
    select from account_podcast held where held.podcast_id = p.id
      and held.account_id ${sql.raw(comparison)} ${accountId}::bigint and held.added_at is not null)`;
}
