import { request } from "node:http";
import { accountMerge } from "../../../shared/accounts/account-merge.ts";
import { insertLogin } from "../../../shared/accounts/insert-login.ts";
import { mergeAccounts } from "../../../shared/accounts/merge-accounts.ts";
import { newSecret } from "../../../shared/auth/secret.ts";
import { type Database, openPool } from "../../../shared/db/pool.ts";
import type { JobContext } from "../../../shared/jobs/job.ts";
import { listNewEpisodes } from "../../../shared/listening/list-new-episodes.ts";
import { insertAccount } from "../../support/rows.ts";
import type { Bench, Row } from "../bench.ts";
import type { Table } from "../harness.ts";
import { fillAccount, fillCatalogue } from "../large-account.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

export default {
  name: "large",
  about:
    "an account of 5 000 subscriptions and 200 000 episode states: its export, its page, and a login that merges another such",
  run,
} satisfies Row;

const NUM_AT_ONCE = 4;
// The memory limit of web-account-export-get is 256Mi.
const EXPORT_MEGABYTES = 268;
const SECONDS = 2;
// 20 pages on.
const DEPTH = 2_000;

async function* run(bench: Bench): AsyncGenerator<Table> {
  const databaseUrl = await bench.createDatabase();
  const { db, close } = openPool({ url: databaseUrl, max: 2, applicationName: "podcore-bench" });
  await fillCatalogue(
    db,
    bench.isQuick ? { numPodcasts: 50, numEpisodes: 10 } : { numPodcasts: 5_000, numEpisodes: 40 },
  );
  const accountId = await insertAccount(db, { email: "ada@example.com" });
  await fillAccount(db, { accountId, days: 0 });
  const cookie = await logIn(db, accountId);

  const server = await open(bench, { name: "web-account-export-get", databaseUrl });
  const ask = () => download({ url: `${server.url}/account/export`, cookie });
  const one = await timed(ask);
  const onePeak = server.usage().peakMegabytes;
  const four = await timed(() => Promise.all(Array.from({ length: NUM_AT_ONCE }, ask)));
  const fourPeak = server.usage().peakMegabytes;
  await server.stop();
  yield {
    title: `export of ${(one.result / 1e6).toFixed(1)} MB`,
    columns: ["s", "peak MB", "peak MB, target"],
    rows: [
      { name: "one", cells: [one.seconds, onePeak, EXPORT_MEGABYTES].map((value) => ({ value })) },
      { name: `${NUM_AT_ONCE} at once`, cells: [four.seconds, fourPeak, EXPORT_MEGABYTES].map((value) => ({ value })) },
    ],
  };

  const pages = await open(bench, { name: "web-account-get", databaseUrl });
  const page = await timed(() => download({ url: `${pages.url}/account`, cookie }));
  await pages.stop();
  const deep = await listNewEpisodes(db, { accountId, first: DEPTH, parts: { hasDetails: false, hasNotes: false } });
  const parts = { hasDetails: false, hasNotes: false };
  const list = (after: string | undefined) => timed(() => listNewEpisodes(db, { accountId, first: 100, after, parts }));
  const [newest, last] = [await list(undefined), await list(deep.at(-1)?.cursor)];
  const merging = await merge(db, { intoId: accountId });
  yield {
    title: "seconds",
    columns: ["s", "s, target"],
    rows: [
      ["account page", page.seconds],
      ["new episodes, the first 100", newest.seconds],
      ["new episodes, behind the last", last.seconds],
      ["merge, the login's part", merging.login],
    ].map(([name, value]) => ({ name: String(name), cells: [Number(value), SECONDS].map((it) => ({ value: it })) })),
    notes: [`The rest of the merge took its job ${merging.job.toFixed(1)} s, in which nobody waits for it`],
  };
  await close();
}

function open(bench: Bench, { name, databaseUrl }: { name: string; databaseUrl: string }): Promise<ServerProcess> {
  const environment = { DATABASE_URL: databaseUrl, DATABASE_CONNECTIONS: "2", PODCORE_REQUEST_TIMEOUT_MS: "120000" };
  return bench.copyArtifact(name).then((file) => startServer({ file, path: "/health", environment }));
}

/** Logs in to an account, and returns the cookie. */
async function logIn(db: Database, accountId: number): Promise<string> {
  const { secret, sha256 } = newSecret();
  const browser = newSecret();
  // The hash that insertAccount stores.
  const owner = { accountId, passwordHash: "not a hash" };
  await insertLogin(db, {
    ...owner,
    secretSha256: sha256,
    browserSha256: browser.sha256,
    userAgent: undefined,
    address: "",
    days: 1,
  });
  return `podcore=${secret}; podcore-browser=${browser.secret}`;
}

/** Has another account, as large and later in all, merged by a login and then by its job. */
async function merge(db: Database, { intoId }: { intoId: number }): Promise<{ login: number; job: number }> {
  const fromId = await insertAccount(db);
  await fillAccount(db, { accountId: fromId, days: 1 });
  const login = await timed(() => db.repeatable.transaction((tx) => mergeAccounts(tx, { fromId, intoId })));
  // Of a context, the job uses only these.
  const ctx = { db, signal: new AbortController().signal } as JobContext;
  let seconds = 0;
  for (let isDone = login.result.isDone; !isDone; ) {
    seconds += (await timed(async () => accountMerge.run(ctx, { fromId, intoId }))).seconds;
    isDone = (await db.repeatable.execute(`select from account where id = ${fromId}`)).length === 0;
  }
  return { login: login.seconds, job: seconds };
}

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedAt = performance.now();
  const result = await run();
  return { result, seconds: (performance.now() - startedAt) / 1_000 };
}

/** Reads a reply, and returns how many bytes it has. */
function download({ url, cookie }: { url: string; cookie: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { cookie } }, (reply) => {
      let numBytes = 0;
      reply.on("data", (chunk: Buffer) => {
        numBytes += chunk.length;
      });
      reply.on("error", reject);
      reply.on("end", () =>
        reply.statusCode === 200 ? resolve(numBytes) : reject(new Error(`Cannot get "${url}": ${reply.statusCode}`)),
      );
    });
    sent.on("error", reject).end();
  });
}
