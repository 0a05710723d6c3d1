import type { ChaosProcess, ChaosRow, Figure } from "../chaos.ts";
import { type Answer, load, type Target, tally } from "../load.ts";

const PER_SECOND = 200;
const SECONDS_PER_RESTART = 6;

/** Postgres restarts in three ways under reads and repeatable statements: none of them fails. */
export const restarts: ChaosRow = {
  name: "restarts",
  about: `restarts of Postgres at ${PER_SECOND} requests a second: pages, GraphQL, searches, subscriptions`,
  async run(chaos, scale) {
    const database = await chaos.startDatabase();
    const ids = await chaos.addPodcasts(database.url, 5);
    const environment = { DATABASE_URL: database.url };
    const web = await chaos.start("web", environment);
    const api = await chaos.start("api", environment);
    const other = await chaos.start("node-postgres-server.ts", environment);
    const cookie = await visitorCookie(web, ids[0] ?? 1);
    const figures: Figure[] = [];
    const numRestarts = Math.max(1, Math.round(10 * scale));
    for (const [kind, signal] of [
      ["fast", "SIGINT"],
      ["immediate", "SIGQUIT"],
      ["postmaster killed", "SIGKILL"],
    ] as const) {
      const answers: Answer[] = [];
      const others: Answer[] = [];
      for (let i = 0; i < numRestarts; i += 1) {
        const over = Promise.withResolvers<void>();
        const running = load(targetsOf({ web, api, ids, cookie }), {
          perSecond: PER_SECOND,
          until: over.promise,
          maxSeconds: 30,
        });
        // A tenth of the rate: it shares the two processors.
        const comparing = load([{ url: `${other.url}/podcasts/${ids[0]}` }], {
          perSecond: PER_SECOND / 10,
          until: over.promise,
          maxSeconds: 30,
        });
        await sleep(1_500);
        await database.restart(signal);
        await sleep(SECONDS_PER_RESTART * 1_000 - 1_500);
        over.resolve();
        answers.push(...(await running));
        others.push(...(await comparing));
      }
      const failed = answers.filter(({ status }) => status !== 200);
      figures.push({
        what: `${numRestarts} x ${kind}: failed of ${answers.length} requests (${tally(answers)})`,
        measured: failed.length,
        target: 0,
        isMet: failed.length === 0,
        nodePostgres: `${others.filter(({ status }) => status !== 200).length} of ${others.length}`,
      });
    }
    const isAlive = [web, api].every(({ child }) => child.exitCode === null && child.signalCode === null);
    figures.push({ what: "processes that ended", measured: isAlive ? 0 : 1, target: 0, isMet: isAlive });
    return figures;
  },
};

type Parties = { web: ChaosProcess; api: ChaosProcess; ids: number[]; cookie: string };

/** Reads, and changes that may be repeated. */
function targetsOf({ web, api, ids, cookie }: Parties): Target[] {
  const graphql = (query: string): Target => ({
    url: `${api.url}/graphql`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return [
    ...ids.map((id) => ({ url: `${web.url}/podcasts/${id}` })),
    graphql(`{ podcastById(id: "${ids[0]}") { title episodes(first: 5) { nodes { title } } } }`),
    { url: `${web.url}/` },
    graphql("{ podcasts(first: 5) { nodes { id title } } }"),
    { url: `${web.url}/search?q=show`, headers: { cookie } },
    subscription({ web, id: ids[1] ?? 1, cookie }),
  ];
}

function subscription({ web, id, cookie }: { web: ChaosProcess; id: number; cookie: string }): Target {
  return {
    url: `${web.url}/podcasts/${id}/subscription`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json", cookie },
    body: "subscribed=true",
  };
}

/** Subscribing makes a visitor's account; its cookie is what later requests carry. */
async function visitorCookie(web: ChaosProcess, id: number): Promise<string> {
  const reply = await fetch(`${web.url}/podcasts/${id}/subscription`, {
    method: "POST",
    headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" },
    body: new URLSearchParams({ subscribed: "true" }),
    redirect: "manual",
  });
  const cookie = reply.headers
    .getSetCookie()
    .map((set) => set.split(";")[0])
    .join("; ");
  if (cookie === "") throw new Error(`Cannot subscribe: ${reply.status} ${await reply.text()}`);
  return cookie;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
