import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** What a caller who enters the URL of a known private podcast says about its privacy. */
export type PrivacyAnswer = {
  podcastId: number;
  /** Undefined for the operator and, in development, for anonymous callers. */
  accountId: number | undefined;
  /** Undefined if the caller did not say. */
  isPrivate: boolean | undefined;
  /** The URL certainly carries a password or token. */
  hasSecret: boolean;
  /** A URL of the podcast, or one that led to it, looks like a token. */
  isSuspect: boolean;
  /** A public directory lists one of its URLs. */
  isListed: boolean;
};

/**
 * Makes a private podcast public, or confirms that it is private, as far as the caller may decide:
 * - A secret URL stays private for everyone. So does, for accounts, a podcast that was private before reasons were
 *   recorded.
 * - A podcast that a public directory lists becomes public.
 * - If nobody has said yet whether it is private, the first answer counts. Adding it without an answer changes nothing.
 * - A mark ends when a caller says that the feed is public. It also ends when the operator, or an account that has not
 *   added the podcast, enters the URL without a mark: nobody can hide a public feed by being the first to add it.
 * - If a URL looks like a token, only an explicit "public" ends a mark: the operator's, or that of the only account that
 *   has added the podcast.
 */
export async function settlePrivacy(db: Database, answer: PrivacyAnswer): Promise<void> {
  if (answer.hasSecret) return;
  const { podcastId, isPrivate } = answer;
  if (isPrivate === true) {
    await db.repeatable.execute(sql`
      update podcast set private_reason = 'marked'
      where id = ${podcastId}::bigint and is_private and private_reason = 'suspected'`);
    return;
  }
  await db.repeatable.execute(sql`
    update podcast p set is_private = false, private_reason = null, updated_at = podcore_now()
    where id = ${podcastId}::bigint and is_private and ${mayPublish(answer)}`);
}

function mayPublish({ accountId, isPrivate, isSuspect, isListed }: PrivacyAnswer): SQL {
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
  // An account that added the podcast keeps its mark when it adds it again without one, for instance from another app.
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
