import { setTimeout as sleep } from "node:timers/promises";
import { findPgbouncers, startPgbouncer } from "../../support/pgbouncer.ts";
import type { ChaosRow, Figure } from "../chaos.ts";
import { load, tally } from "../load.ts";

const SECONDS = 10;

/** pgbouncer in transaction mode, with its defaults: each answer is right, and a restart of it is survived. */
export const poolers: ChaosRow = {
  name: "poolers",
  about: "pages and GraphQL through pgbouncer in transaction mode, by DATABASE_URL alone",
  async run(chaos, scale) {
    const database = await chaos.startDatabase();
    const ids = await chaos.addPodcasts(database.url, 3);
    const figures: Figure[] = [];
    for (const installed of findPgbouncers()) {
      const pooler = await startPgbouncer(installed, { databaseUrl: database.url, poolSize: 4 });
      const web = await chaos.start("web", { DATABASE_URL: pooler.url, PODCORE_LOG_LEVEL: "warn" });
      const api = await chaos.start("api", { DATABASE_URL: pooler.url, PODCORE_LOG_LEVEL: "warn" });
      const other = await chaos.start("node-postgres-server.ts", { DATABASE_URL: pooler.url });
      const seconds = Math.max(3, SECONDS * scale);
      const over = sleep(seconds * 1_000);
      const [answers, others] = await Promise.all([
        load(
          [
            ...ids.map((id) => ({ url: `${web.url}/podcasts/${id}` })),
            { url: `${web.url}/search?q=show` },
            {
              url: `${api.url}/graphql`,
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ query: "{ podcasts(first: 5) { nodes { id title } } }" }),
            },
          ],
          { perSecond: 60, until: over, maxSeconds: seconds },
        ),
        load([{ url: `${other.url}/podcasts/${ids[0]}` }], { perSecond: 10, until: over, maxSeconds: seconds }),
      ]);
      const wrong = answers.filter(({ status, body }) => status !== 200 || !/Show/.test(body));
      figures.push({
        what: `pgbouncer ${pooler.version}: wrong or failed of ${answers.length} (${tally(answers)})`,
        measured: wrong.length,
        target: 0,
        isMet: wrong.length === 0,
        nodePostgres: `${others.filter(({ status }) => status !== 200).length} of ${others.length}`,
      });
      web.kill("SIGTERM");
      api.kill("SIGTERM");
      pooler.stop();
    }
    if (figures.length === 0) figures.push({ what: "skipped: no pgbouncer", measured: "-", target: "-", isMet: true });
    return figures;
  },
};
