import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosRow } from "../chaos.ts";
import { startFeeds } from "../feeds.ts";
import { insertDue } from "../insert-due.ts";
import { load, tally } from "../load.ts";

const SECONDS = 60;
const KILLS_PER_SECOND = 20;

/** Sessions are ended at random against pages, the API and a crawl that stores. */
export const terminations: ChaosRow = {
  name: "terminations",
  about: `pg_terminate_backend ${KILLS_PER_SECOND} times a second against pages, the API and a crawl that stores`,
  async run(chaos, scale) {
    const seconds = Math.max(5, SECONDS * scale);
    const database = await chaos.startDatabase();
    const { sql } = database;
    const ids = await chaos.addPodcasts(database.url, 3);
    const feeds = await startFeeds({ numFeeds: 200, growth: 0.8 });
    await insertDue(database.url, feeds.urls);
    const environment = { DATABASE_URL: database.url, PODCORE_FETCH_ALLOW: "127.0.0.0/8", PODCORE_LOG_LEVEL: "warn" };
    const web = await chaos.start("web", environment);
    const api = await chaos.start("api", environment);
    const internal = await chaos.start("internal", { ...environment, PODCORE_TICK_BUDGET_MS: "10000" });
    const other = await chaos.start("node-postgres-server.ts", { DATABASE_URL: database.url });
    let isOver = false;
    const over = sleep(seconds * 1_000).then(() => {
      isOver = true;
    });
    let numEnded = 0;
    const killing = (async () => {
      while (!isOver) {
        const ended = await sql`
          select pg_terminate_backend(pid) from (
            select pid from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'postgres.js'
            order by random() limit 1) victim`;
        numEnded += ended.length;
        await sleep(1_000 / KILLS_PER_SECOND);
      }
    })();
    const crawling = (async () => {
      while (!isOver) {
        await sql`update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example' where lease_expires_at is null and podcast_id > ${ids.length}`;
        await fetch(`${internal.url}/tick/crawl`, { method: "POST", headers: PING, body: "{}" }).catch(() => {});
      }
    })();
    const [answers, others] = await Promise.all([
      load(
        [
          // A search is ten times the work of a page: not of each kind as many.
          ...ids.map((id) => ({ url: `${web.url}/podcasts/${id}` })),
          { url: `${web.url}/` },
          {
            url: `${api.url}/graphql`,
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ query: "{ podcasts(first: 5) { nodes { id title } } }" }),
          },
          { url: `${web.url}/search?q=show` },
        ],
        { perSecond: 60, until: over, maxSeconds: seconds },
      ),
      load([{ url: `${other.url}/podcasts/${ids[0]}` }], { perSecond: 20, until: over, maxSeconds: seconds }),
      killing,
      crawling,
    ]);
    const numFailed = answers.filter(({ status }) => status !== 200).length;
    const [charged] =
      await sql`select count(*)::int as n from podcast_crawl where num_failures > 0 or last_error is not null`;
    // One more, undisturbed, that stores what is left.
    await sql`update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example', lease_expires_at = null where podcast_id > ${ids.length}`;
    await fetch(`${internal.url}/tick/crawl`, { method: "POST", headers: PING, body: "{}" });
    const numLost = await countLost(database.sql, feeds);
    feeds.close();
    const numCrashed = [web, api, internal].filter(({ child }) => child.exitCode !== null).length;
    return [
      {
        what: `${numEnded} sessions ended in ${seconds} s; processes that crashed`,
        measured: numCrashed,
        target: 0,
        isMet: numCrashed === 0,
      },
      {
        what: `failed of ${answers.length} reads (${tally(answers)})`,
        measured: numFailed,
        target: 0,
        isMet: numFailed === 0,
        nodePostgres: `${others.filter(({ status }) => status !== 200).length} of ${others.length}`,
      },
      { what: "podcasts charged with a failure", measured: charged?.n, target: 0, isMet: charged?.n === 0 },
      {
        what: `episodes lost or doubled, of ${feeds.requests.length} GETs`,
        measured: numLost,
        target: 0,
        isMet: numLost === 0,
      },
    ];
  },
};

export const PING = {
  "ce-id": "chaos",
  "ce-source": "/chaos",
  "ce-specversion": "1.0",
  "ce-type": "dev.knative.sources.ping",
  "content-type": "application/json",
};

/** How many guids that were served are not stored exactly once. */
export async function countLost(
  sql: { unsafe(text: string): PromiseLike<readonly Record<string, unknown>[]> },
  feeds: { urls: readonly string[]; guidsOf(path: string): string[] },
): Promise<number> {
  const rows = await sql.unsafe("select guid, count(*)::int as n from episode group by guid");
  const stored = new Map(rows.map(({ guid, n }) => [String(guid), Number(n)]));
  const served = feeds.urls.flatMap((url) => feeds.guidsOf(new URL(url).pathname));
  return served.filter((guid) => stored.get(guid) !== 1).length;
}
