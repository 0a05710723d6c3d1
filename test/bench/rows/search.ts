import { join } from "node:path";
import { sql as query } from "drizzle-orm";
import postgres from "postgres";
import type { Context } from "../../../shared/context.ts";
import { migrate } from "../../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../../shared/db/migrations.gen.ts";
import { type Database, openPool } from "../../../shared/db/pool.ts";
import { startPostgres } from "../../../shared/dev/postgres.ts";
import { createLog } from "../../../shared/log/log.ts";
import * as documentWriter from "../../../shared/search/documents/document-writer.ts";
import { searchEpisodes } from "../../../shared/search/search-episodes.ts";
import { searchPodcasts } from "../../../shared/search/search-podcasts.ts";
import { INDEXES, searchAsBefore } from "../baselines/tsvector-search.ts";
import type { Bench, Row } from "../bench.ts";
import { median, type Table } from "../harness.ts";
import { type Corpus, fillLibrary, languageOf, makeCorpus } from "../search-corpus.ts";

export default {
  name: "search",
  about:
    "searches of a frequent, a rare and a misspelt word, the size of their documents, and what a crawl pays for them",
  run,
} satisfies Row;

const NUM_EPISODES = 100_000;
// The old indexes of more take longer than the rest of the row.
const BASELINE_MAX = 1_000_000;
// Of each kind. p99 is then the third slowest.
const NUM_QUERIES = 200;
const EPISODES_A_CRAWL = 20;
const NUM_CRAWLS = 50;
// What is asked of a search.
const TARGETS = { medianMs: 300, p99Ms: 1_000 };

async function* run(bench: Bench): AsyncGenerator<Table> {
  const numEpisodes = bench.isQuick ? 3_000 : (bench.numEpisodes ?? NUM_EPISODES);
  // The settings of a small server of its own; building is what needs the room.
  const settings = {
    shared_buffers: "1GB",
    maintenance_work_mem: "1GB",
    max_wal_size: "4GB",
    synchronous_commit: "off",
    autovacuum: "off",
  };
  const server = await startPostgres({ dataDir: join(bench.directory, "search-postgres"), settings });
  const log = createLog({ format: "flat", level: "error", stream: "stderr" });
  await migrate({ url: server.url, log, migrations: MIGRATIONS });
  const sql = postgres(server.url, { max: 2, onnotice: () => {} });
  const { db, close } = openPool({ url: server.url, max: 3, applicationName: "podcore-bench" });
  try {
    const corpus = makeCorpus();
    const startedAt = performance.now();
    const onProgress = (numDone: number) => console.error(`  ${numDone} episodes, ${secondsSince(startedAt)} s`);
    await fillLibrary(sql, { numEpisodes, corpus, onProgress });
    console.error(`  indexed, ${secondsSince(startedAt)} s`);
    const podcastsAt = performance.now();
    const { numWritten } = await write(db);
    const podcastsPerSecond = numWritten / ((performance.now() - podcastsAt) / 1_000);
    await sql`vacuum (analyze) search_podcast, search_word`;
    const hasBaseline = numEpisodes <= BASELINE_MAX;
    if (hasBaseline) for (const index of INDEXES) await sql.unsafe(index);

    const numQueries = bench.isQuick ? 10 : NUM_QUERIES;
    yield await timesTable({ db, sql, corpus, numEpisodes, hasBaseline, numQueries });
    yield await sizesTable(sql, { numEpisodes, podcastsPerSecond });
    yield await crawlTable({ db, sql, corpus, hasBaseline });
  } finally {
    await close();
    await sql.end();
    await server.stop();
  }
}

type Measured = { db: Database; sql: postgres.Sql; corpus: Corpus; hasBaseline: boolean };

/** The times of both lists of the search page, side by side as it asks for them. */
async function timesTable({
  db,
  sql,
  corpus,
  numEpisodes,
  hasBaseline,
  numQueries,
}: Measured & { numEpisodes: number; numQueries: number }): Promise<Table> {
  const english = corpus.words[0] ?? [];
  const chinese = corpus.words.at(-1) ?? [];
  const word = (from: number, to: number) => english[from + Math.floor(corpus.random() * (to - from))] ?? "";
  const podcastId = () => {
    const id = 1 + Math.floor((corpus.random() * numEpisodes) / 100);
    return languageOf(id) === 0 ? id : 1;
  };
  const kinds: [name: string, make: () => { query: string; podcastId?: number }][] = [
    ["a frequent word", () => ({ query: word(0, 20) })],
    ["two frequent words", () => ({ query: `${word(0, 20)} ${word(0, 20)}` })],
    ["four frequent words", () => ({ query: `${word(0, 50)} ${word(0, 50)} ${word(0, 50)} ${word(0, 50)}` })],
    ["a word of one in a hundred", () => ({ query: word(50, 300) })],
    ["a word of one in a thousand", () => ({ query: word(500, 3_000) })],
    ["a rare word", () => ({ query: word(20_000, 60_000) })],
    ["a rare word and a frequent one", () => ({ query: `${word(20_000, 60_000)} ${word(0, 20)}` })],
    ["a misspelt word", () => ({ query: misspell(word(2_000, 60_000)) })],
    ["a misspelt word and a frequent one", () => ({ query: `${misspell(word(2_000, 60_000))} ${word(0, 20)}` })],
    ["Chinese, two characters", () => ({ query: chinese[Math.floor(corpus.random() * 2_000)] ?? "" })],
    ["a frequent word within a podcast", () => ({ query: word(0, 20), podcastId: podcastId() })],
    ["a rare word within a podcast", () => ({ query: word(2_000, 20_000), podcastId: podcastId() })],
    ["nothing", () => ({ query: `${word(20_000, 60_000)} ${word(20_000, 60_000)} ${word(20_000, 60_000)}` })],
  ];
  const page = { accountId: undefined, first: 20 };
  const rows: Table["rows"] = [];
  for (const [name, make] of kinds) {
    const ours: number[] = [];
    const before: number[] = [];
    const found: number[] = [];
    for (let i = 0; i < numQueries; i++) {
      const asked = make();
      const startedAt = performance.now();
      const [episodes] = await Promise.all([
        searchEpisodes(db, { ...page, ...asked }),
        asked.podcastId === undefined ? searchPodcasts(db, { ...page, query: asked.query }) : [],
      ]);
      ours.push(performance.now() - startedAt);
      found.push(episodes.length);
      // A tenth of them tells enough, and takes as long as the rest.
      if (!hasBaseline || i % 10 > 0 || asked.podcastId !== undefined) continue;
      const beforeAt = performance.now();
      await searchAsBefore(sql, asked.query);
      before.push(performance.now() - beforeAt);
    }
    const numEmpty = found.filter((num) => num === 0).length;
    // Within a podcast there was no search.
    const baseline = before.length > 0 ? median(before) : Number.NaN;
    rows.push({
      name,
      cells: [
        { value: median(ours), ...(hasBaseline && { ratio: { median: median(ours) / baseline, mad: 0 } }) },
        { value: percentile(ours, 0.99) },
        { value: Math.max(...ours) },
        { value: numEmpty },
      ],
    });
  }
  return {
    title: `${numEpisodes} episodes, ${numQueries} queries of each kind, both lists of the page`,
    columns: ["median ms", "p99 ms", "slowest ms", "found none"],
    rows,
    notes: [
      `The aims are ${TARGETS.medianMs} ms for the median and ${TARGETS.p99Ms} ms for p99`,
      ...(hasBaseline ? ["The ratio is to the median of the episodes' list alone in 0.1.0"] : []),
    ],
  };
}

/** Swaps two letters, or leaves one out. */
function misspell(word: string): string {
  const at = 1 + (word.length % 3);
  return word.length % 2 === 0 || word.length < 6
    ? word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
    : word.slice(0, at) + word.slice(at + 1);
}

async function sizesTable(
  sql: postgres.Sql,
  { numEpisodes, podcastsPerSecond }: { numEpisodes: number; podcastsPerSecond: number },
): Promise<Table> {
  const names = [
    "episode",
    "search_episode",
    "search_episode_words_idx",
    "episode_document_idx",
    "episode_title_trigrams_idx",
    "search_podcast",
    "search_word",
  ];
  const rows: Table["rows"] = [];
  for (const name of names) {
    const [row] = await sql<{ bytes: string | null }[]>`
      select case when c.relkind = 'i' then pg_relation_size(c.oid)
        when c.relname = 'episode' or c.relname = 'search_episode' then pg_table_size(c.oid) else pg_total_relation_size(c.oid) end as bytes
      from pg_class c where relname = ${name}`;
    if (row?.bytes == null) continue;
    const bytes = Number(row.bytes);
    rows.push({ name, cells: [{ value: bytes / 1e6 }, { value: bytes / numEpisodes }] });
  }
  const [row] = await sql<
    { words: number }[]
  >`select avg(cardinality(words))::float8 as words from (select words from search_episode limit 10000) sample`;
  return {
    title: "size",
    columns: ["MB", "bytes an episode"],
    rows,
    notes: [
      `${row?.words?.toFixed(0)} hashes an episode. Podcasts' documents were written at ${podcastsPerSecond.toFixed(0)} a second`,
    ],
  };
}

/** What a crawl's statement takes for new episodes with notes of 1.5 kB, and what the clean tick takes for their documents. */
async function crawlTable({ db, sql, corpus, hasBaseline }: Measured): Promise<Table> {
  await sql`truncate search_pending`;
  const [max] = await sql<{ id: string }[]>`select max(id) as id from episode`;
  let next = Number(max?.id ?? 0) + 1;
  const insert = async (table: string) => {
    const english = corpus.words[0] ?? [];
    const rows = Array.from({ length: EPISODES_A_CRAWL }, () => ({
      id: next++,
      title: Array.from({ length: 7 }, () => english[corpus.rank()]).join(" "),
      notes: `<p>${Array.from({ length: 220 }, () => english[corpus.rank()]).join(" ")}</p>`,
    }));
    const startedAt = performance.now();
    await sql`
      insert into ${sql(table)} (id, podcast_id, guid, guid_sha256, title, published_at, description_html, media_url, namespace, item_sha256)
      overriding system value
      select id, 1, id, sha256(id::text::bytea), title, now(), notes, 'https://m.example.com/1.mp3', '{"persons":[]}', sha256('')
      from jsonb_to_recordset(${sql.json(rows)}) as new(id bigint, title text, notes text)`;
    return performance.now() - startedAt;
  };
  const time = async (table: string) => {
    const times: number[] = [];
    for (let i = 0; i < NUM_CRAWLS; i++) times.push(await insert(table));
    return median(times);
  };
  const before = hasBaseline ? await time("episode") : Number.NaN;
  if (hasBaseline) await sql`drop index episode_document_idx, episode_title_trigrams_idx`;
  await sql`truncate search_pending`;
  const now = await time("episode");
  const writtenAt = performance.now();
  const { numWritten } = await write(db);
  const perSecond = numWritten / ((performance.now() - writtenAt) / 1_000);
  await sql`alter table episode disable trigger user`;
  const without = await time("episode");
  const row = (name: string, value: number) => ({
    name,
    cells: [{ value, ratio: { median: value / without, mad: 0 } }],
  });
  return {
    title: `inserting ${EPISODES_A_CRAWL} episodes with notes of 1.5 kB`,
    columns: ["ms"],
    rows: [
      row("without search", without),
      row("noting what is pending", now),
      ...(hasBaseline ? [row("with the indexes of 0.1.0", before)] : []),
    ],
    notes: [`The clean tick writes ${perSecond.toFixed(0)} documents a second`],
  };
}

/** Runs the writer of documents; of a context, it uses only these. */
async function write(db: Database): Promise<documentWriter.WriteResult> {
  const ctx = { db, until: () => () => true, log: { info: () => {} } } as unknown as Context;
  const result = await documentWriter.run(ctx, { budgetMs: 0 });
  await db.once.execute(query`select 1`);
  return result;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(0);
}
