import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { isFeedUrlVisible, isVisible } from "./visible.ts";

/**
 * All that is stored of an account, as one JSON object: itself, its podcasts, episodes, logins, API keys and links that are
 * under way. What would open the account (digests, the password's hash) is left out; podcasts and episodes are named so
 * that they can be found elsewhere, but for those of a private one that it has left. The URL of a private feed is in it
 * where the account gave it.
 */
export async function exportAccount(db: Database, accountId: number): Promise<object> {
  const [row] = await db.repeatable.execute<{ data: string }>(sql`
    select jsonb_build_object(
      'account', to_jsonb(a) - 'password_hash',
      'podcasts', (
        select coalesce(jsonb_agg(to_jsonb(ap) - 'id' - 'account_id' || jsonb_build_object(
          'title', case when ${isVisible(accountId)} then podcast.title end,
          'podcast_guid', case when ${isVisible(accountId)} then podcast.podcast_guid end,
          'feed_url', case when ${isFeedUrlVisible(accountId)} then l.feed_url end) order by ap.sequence), '[]')
        from account_podcast ap join podcast on podcast.id = ap.podcast_id
        left join podcast_feed_location l on l.podcast_id = podcast.id and l.is_current
        where ap.account_id = a.id),
      'episodes', (
        select coalesce(jsonb_agg(to_jsonb(ae) - 'id' - 'account_id' || jsonb_build_object(
          'podcast_id', e.podcast_id,
          'guid', case when ${isVisible(accountId)} then e.guid end,
          'title', case when ${isVisible(accountId)} then e.title end) order by ae.sequence), '[]')
        from account_episode ae join episode e on e.id = ae.episode_id join podcast on podcast.id = e.podcast_id
        where ae.account_id = a.id),
      'logins', (
        select coalesce(jsonb_agg(to_jsonb(l) - 'account_id' - 'secret_sha256' order by l.id), '[]')
        from login l where l.account_id = a.id),
      'api_keys', (
        select coalesce(jsonb_agg(to_jsonb(k) - 'account_id' - 'secret_sha256' order by k.id), '[]')
        from api_key k where k.account_id = a.id),
      'verification_codes', (
        select coalesce(jsonb_agg(to_jsonb(v) - 'account_id' - 'secret_sha256' - 'password_hash' order by v.id), '[]')
        from verification_code v where v.account_id = a.id)
    )::text as data
    from account a where a.id = ${accountId}::bigint`);
  return row === undefined ? {} : JSON.parse(row.data);
}
