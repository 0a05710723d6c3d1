import { after } from "node:test";
import postgres from "postgres";
import { AS_OPERATOR, OPERATOR_TOKEN, startArtifact } from "./artifact.ts";
import { rss } from "./feed.ts";
import { startOrigin } from "./origin.ts";
import { createDatabase } from "./postgres.ts";

export type RunningSite = {
  url: string;
  sql: postgres.Sql;
  databaseUrl: string;
  /** Adds the podcast of a feed, as an operator does. */
  addPodcast(options?: Parameters<typeof rss>[0]): Promise<{ podcastId: number; episodeId: number }>;
  /** The next link that the site mails; without a mail server it is in the worker's log. */
  mailedLink(): Promise<string>;
};

const MAIL_PATIENCE_MS = 30_000;

/** Runs dist/web.cjs and dist/internal.cjs over a database of their own, as `npm start` does, with mail off. */
export async function runSite(environment: Record<string, string> = {}): Promise<RunningSite> {
  const databaseUrl = await createDatabase();
  const settings = {
    DATABASE_URL: databaseUrl,
    PODCORE_ENV: "development",
    PODCORE_FETCH_ALLOW: "127.0.0.0/8",
    PODCORE_LOG: "json",
    ...environment,
  };
  const internal = await startArtifact({
    name: "internal",
    environment: { ...settings, PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN },
  });
  const web = await startArtifact({
    name: "web",
    environment: { ...settings, PODCORE_WORK_URL: `${internal.url}/tick/work` },
  });
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  after(() => sql.end());
  const feeds: Record<string, string> = {};
  const origin = await startOrigin(feeds);
  after(origin.close);
  let numFeeds = 0;
  let numRead = 0;

  return {
    url: web.url,
    sql,
    databaseUrl,
    async addPodcast(options) {
      const path = `/${++numFeeds}.xml`;
      feeds[path] = rss(options);
      const reply = await fetch(`${internal.url}/admin/podcast-add`, {
        method: "POST",
        headers: { "content-type": "application/json", ...AS_OPERATOR },
        body: JSON.stringify({ url: origin.url + path }),
      });
      const { podcastId }: { podcastId: number } = JSON.parse(await reply.text());
      const [episode] = await sql`select id from episode where podcast_id = ${podcastId} order by id limit 1`;
      return { podcastId, episodeId: Number(episode?.id) };
    },
    async mailedLink() {
      const deadline = Date.now() + MAIL_PATIENCE_MS;
      while (Date.now() < deadline) {
        const links = [...internal.output().matchAll(/"link":"([^"]+)"/g)].map(([, link = ""]) => link);
        const next = links[numRead];
        if (next !== undefined) {
          numRead += 1;
          const { pathname, search } = new URL(next);
          return pathname + search;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no link within ${MAIL_PATIENCE_MS} ms: ${internal.output()}`);
    },
  };
}
