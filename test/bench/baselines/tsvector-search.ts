import type postgres from "postgres";

// What podcore 0.1.0 did: indexes of the episodes themselves, which each crawl writes.

const DOCUMENT =
  "to_tsvector('simple', title || ' ' || coalesce(author, '') || ' ' || left(coalesce(description_html, ''), 20000))";
export const INDEXES = [
  `create index episode_document_idx on episode using gin (${DOCUMENT})`,
  "create index episode_title_trigrams_idx on episode using gin (lower(title) gin_trgm_ops)",
];

const SETTINGS = `
  set local pg_trgm.word_similarity_threshold = 0.35; set local gin_fuzzy_search_limit = 20000; set local work_mem = '64MB';
  set local enable_seqscan = off; set local jit = off; set local statement_timeout = '60s'`;

/** Searches episodes with the statement of podcore 0.1.0. */
export async function searchAsBefore(sql: postgres.Sql, query: string): Promise<void> {
  const listed =
    "episode join podcast on podcast.id = episode.podcast_id and not episode.is_blocked and not podcast.is_private and not podcast.is_blocked and podcast.taken_down_at is null and podcast.merged_at is null";
  await sql.begin("read only", async (tx) => {
    await tx.unsafe(SETTINGS);
    await tx.unsafe(
      `with worded as materialized (
        select episode.id from ${listed} where ${DOCUMENT.replaceAll(/title|author|description_html/g, "episode.$&")} @@ websearch_to_tsquery('simple', $1)
      ), titled as (
        select episode.id from ${listed} where lower(episode.title) like $2
        order by char_length(lower(episode.title)), episode.id desc limit 500
      ), direct as (
        select id from titled union (select id from worded order by id desc limit 2000)
      ), resembling as (
        select episode.id from ${listed} where $1 <% lower(episode.title) and not exists (select from direct)
        order by word_similarity($1, lower(episode.title)) desc, episode.id desc limit 100
      )
      select episode.id, case when lower(title) = $1 then 0 when starts_with(lower(title), $1) then 1
          when position($1 in lower(title)) > 0 or to_tsvector('simple', lower(title)) @@ websearch_to_tsquery('simple', $1) then 2
          else 3 end as rank
      from (select id from direct union select id from resembling) found join episode on episode.id = found.id
      order by rank, published_at desc limit 21`,
      [query, `%${query}%`],
    );
  });
}
