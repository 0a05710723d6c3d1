// Migrates a filled database step by step under writers, and prints how long the longest write waited in each step.
//   npx node test/chaos/migrations.ts [number of episodes]     500 000 unless given: some 1.5 GB of disk and many minutes
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { startPostgres } from "../../shared/dev/postgres.ts";
import { createLog } from "../../shared/log/log.ts";

/** `tag` is "none" for the time before the first migration: what the machine itself makes writers wait. */
export type Step = { tag: string; elapsedMs: number; longestWaitMs: number; statement: string; numWrites: number };
type Wait = { ms: number; statement: string };
type Writers = { takeWaits(): Wait[]; stop(): Promise<void> };

const EPISODES_PER_PODCAST = 500;
// Different texts, so that the search's indexes have what to do: each of some 300 words out of 20 000.
const NUM_NOTES = 1_000;
// What a crawl does to rows that are there, and one new episode.
const WRITES = [
  "update episode set title = title || '.', updated_at = now() where id = $1",
  "update podcast set updated_at = now() where id = $2",
  "update podcast_crawl set due_at = now() where podcast_id = $2",
  `insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
    select $2, guid, sha256(guid::bytea), 'New ' || $1::int, now(), 'https://example.com/a.mp3', '{}', sha256('')
    from (select gen_random_uuid()::text as guid) new`,
];
const NUM_WRITERS = 2;
const PAUSE_MS = 5;
const BASELINE_MS = 2_000;

const log = createLog({ format: "flat", level: "warn", stream: "stderr" });

/** Migrates the empty database at `url` from nothing to the newest schema, filled as soon as there are tables. */
export async function run({ url, numEpisodes }: { url: string; numEpisodes: number }): Promise<Step[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const steps: Step[] = [];
  let writers: Writers | undefined;
  try {
    for (const [i, { tag }] of MIGRATIONS.entries()) {
      writers?.takeWaits();
      const startedAt = performance.now();
      await migrate({ url, log, migrations: MIGRATIONS.slice(0, i + 1) });
      if (writers !== undefined) steps.push(stepOf({ tag, startedAt, waits: writers.takeWaits() }));
      if (tag === "0001_podcasts") {
        await fill(sql, numEpisodes);
        writers = startWriters({ url, numEpisodes });
        const baselineAt = performance.now();
        await sleep(BASELINE_MS);
        steps.push(stepOf({ tag: "none", startedAt: baselineAt, waits: writers.takeWaits() }));
      }
      if (tag === "0003_accounts") await fillAccount(sql, numEpisodes);
    }
    return steps;
  } finally {
    await writers?.stop();
    await sql.end();
  }
}

function stepOf({ tag, startedAt, waits }: { tag: string; startedAt: number; waits: Wait[] }): Step {
  const longest = waits.reduce((worst, wait) => (wait.ms > worst.ms ? wait : worst), { ms: 0, statement: "" });
  return {
    tag,
    elapsedMs: Math.round(performance.now() - startedAt),
    longestWaitMs: Math.round(longest.ms),
    statement: longest.statement,
    numWrites: waits.length,
  };
}

/** A quarter of the episodes has notes of 1 to 3 kB. */
async function fill(sql: postgres.Sql, numEpisodes: number): Promise<void> {
  const numPodcasts = Math.ceil(numEpisodes / EPISODES_PER_PODCAST);
  await sql`
    insert into podcast (title, description, namespace, feed_kind)
    select 'Podcast ' || i, 'Of ' || md5(i::text), '{}', 'rss' from generate_series(1, ${numPodcasts}::int) i`;
  await sql`insert into podcast_crawl (podcast_id, due_at) select id, now() from podcast`;
  await sql`create temporary table note as
    select i, string_agg('w' || floor(random() * random() * 20000)::int, ' ') as words
    from generate_series(0, ${NUM_NOTES - 1}::int) i, generate_series(1, 150 + 300 * (i % 2)) group by i`;
  await sql`create index on note (i)`;
  await sql`
    insert into episode (podcast_id, guid, guid_sha256, title, published_at, description_html, media_url, namespace, item_sha256)
    select 1 + n % ${numPodcasts}::int, n, sha256(n::text::bytea), 'Episode ' || n || ' of ' || md5(n::text),
      now() - n * interval '1 minute', '<p>' || words || '</p>', 'https://example.com/' || n || '.mp3', '{}', sha256('')
    from generate_series(1, ${numEpisodes}::int) n left join note on n % 4 = 0 and i = n / 4 % ${NUM_NOTES}::int`;
  await sql`analyze`;
}

async function fillAccount(sql: postgres.Sql, numEpisodes: number): Promise<void> {
  await sql`insert into account (email, password_hash) values ('a@example.com', 'x')`;
  await sql`
    insert into account_episode (account_id, episode_id, sequence)
    select account.id, i, i from account, generate_series(1, ${Math.ceil(numEpisodes / 10)}::int) i`;
}

function startWriters({ url, numEpisodes }: { url: string; numEpisodes: number }): Writers {
  const sql = postgres(url, { max: NUM_WRITERS, fetch_types: false });
  const numPodcasts = Math.ceil(numEpisodes / EPISODES_PER_PODCAST);
  const running = new Map<number, Wait & { since: number }>();
  let waits: Wait[] = [];
  let isStopped = false;

  async function write(id: number): Promise<void> {
    for (let i = id; !isStopped; i += 1) {
      const statement = WRITES[i % WRITES.length] ?? "";
      const since = performance.now();
      running.set(id, { since, ms: 0, statement });
      const [episode, podcast] = [numEpisodes, numPodcasts].map((num) => String(1 + Math.floor(Math.random() * num)));
      await sql.unsafe(statement.replaceAll("$1", episode ?? "").replaceAll("$2", podcast ?? ""));
      running.delete(id);
      waits.push({ ms: performance.now() - since, statement: statement.slice(0, 21).trim() });
      await sleep(PAUSE_MS);
    }
  }

  const writing = Promise.all(Array.from({ length: NUM_WRITERS }, (_, id) => write(id)));
  // Told when it is waited for.
  writing.catch(() => {});
  return {
    takeWaits() {
      // What still waits counts as long as it has waited.
      const now = performance.now();
      const taken = [
        ...waits,
        ...[...running.values()].map(({ since, statement }) => ({ ms: now - since, statement })),
      ];
      waits = [];
      return taken;
    },
    async stop() {
      isStopped = true;
      await writing;
      await sql.end();
    },
  };
}

export function tableOf(steps: readonly Step[]): string {
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell) => String(cell).padEnd(22))
      .join("")
      .trimEnd();
  return [
    line(["migration", "took ms", "longest wait ms", "of", "writes"]),
    ...steps.map((step) => line([step.tag, step.elapsedMs, step.longestWaitMs, step.statement, step.numWrites])),
  ].join("\n");
}

async function main(numEpisodes: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "podcore-chaos-"));
  const server = await startPostgres({ dataDir: join(directory, "postgres") });
  try {
    console.log(tableOf(await run({ url: server.url, numEpisodes })));
    const sql = postgres(server.url, { max: 1 });
    const [row] = await sql`select pg_size_pretty(pg_database_size(current_database())) as size`;
    await sql.end();
    console.log(`${numEpisodes} episodes, ${row?.size}`);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

if (import.meta.main) await main(Number(process.argv[2] ?? 500_000));
