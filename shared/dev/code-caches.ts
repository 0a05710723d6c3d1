// Writes dist/<name>.cjs.cache for every artifact: the code that V8 compiled while the artifact worked, so that the next
// start is faster. Only the same version of V8 accepts it, so run this with the node that runs the artifacts.
//   node build.mjs && node shared/dev/code-caches.ts
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import postgres from "postgres";
import { hashPassword } from "../auth/password.ts";
import { newSecret } from "../auth/secret.ts";
import { sessionCookies } from "../auth/session-cookie.ts";
import { CODE_CACHE_CHECK } from "./code-cache-check.ts";
import { exercise, type Fixtures, SAMPLE_PASSWORD, SAMPLE_TOKEN } from "./exercise.ts";
import { callFunction } from "./functions.ts";
import { startPostgres } from "./postgres.ts";
import { type FeedOrigin, startFeedOrigin } from "./sample-feed.ts";

type Running = { url: string; stop(): Promise<void> };

// The first round compiles most of the code; later rounds compile code that runs only in a warm process.
const NUM_ROUNDS = 3;

const dist = resolve(import.meta.dirname, "../../dist");
// Stops what was started, in reverse order.
const stops: (() => Promise<unknown>)[] = [];
let stopped: Promise<void> | undefined;

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopAll().finally(() => process.exit(1)));
try {
  await writeCaches();
} finally {
  await stopAll();
}

function stopAll(): Promise<void> {
  stopped ??= (async () => {
    for (const stop of stops.reverse()) await stop();
  })();
  return stopped;
}

async function writeCaches(): Promise<void> {
  const files = (await readdir(dist).catch(() => [])).sort();
  const paths = files.filter((file) => file.endsWith(".cjs")).map((file) => join(dist, file));
  if (paths.length === 0) throw new Error(`Cannot write code caches: no artifacts in "${dist}"`);
  await Promise.all(paths.map((path) => rm(`${path}.cache`, { force: true })));
  const directory = await mkdtemp(join(tmpdir(), "podcore-code-caches-"));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir: join(directory, "postgres") });
  stops.push(server.stop);
  // Does not inherit this process's environment, because V8 flags in NODE_OPTIONS would affect the caches.
  const environment = {
    DATABASE_URL: server.url,
    PODCORE_ENV: "development",
    PODCORE_FETCH_ALLOW: "127.0.0.0/8",
    PODCORE_LOG: "json",
    PODCORE_CODE_CACHE: "write",
    PODCORE_OPERATOR_TOKEN: SAMPLE_TOKEN,
  };
  await callFunction({ name: "admin-migrate", dist, environment });
  const origin = await startFeedOrigin();
  stops.push(origin.close);
  const fixtures = await createFixtures({ origin, environment: { ...environment, PODCORE_DIRECTORY_URL: origin.url } });
  for (const path of paths) {
    const artifact = await startArtifact(path, { ...environment, PODCORE_DIRECTORY_URL: origin.url });
    const counts = { numRequests: 0, numRefused: 0 };
    for (let round = 0; round < NUM_ROUNDS; round++) {
      const { numRequests, numRefused } = await exercise(basename(path, ".cjs"), { url: artifact.url, fixtures });
      counts.numRequests += numRequests;
      counts.numRefused += numRefused;
    }
    await artifact.stop();
    const { size } = await stat(`${path}.cache`);
    const kilobytes = `${(size / 1000).toFixed(1)} kB`.padStart(10);
    console.log(
      `${`dist/${basename(path)}.cache`.padEnd(36)}${kilobytes}, ${counts.numRequests} requests, ${counts.numRefused} refused`,
    );
  }
  checkCaches(paths);
}

type FixtureSources = { origin: FeedOrigin; environment: NodeJS.ProcessEnv };

/** Fills the database with podcasts and an account, and makes functions that create work for ticks and operator functions. */
async function createFixtures({ origin, environment }: FixtureSources): Promise<Fixtures> {
  const sql = postgres(environment.DATABASE_URL ?? "", { max: 1 });
  stops.push(() => sql.end());
  const operator = await startArtifact(join(dist, "internal.cjs"), { ...environment, PODCORE_CODE_CACHE: "" });

  async function askOperator(name: string, params: object): Promise<number> {
    const reply = await fetch(`${operator.url}/admin/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${SAMPLE_TOKEN}` },
      body: JSON.stringify(params),
    });
    const { podcastId }: { podcastId: number } = JSON.parse(await reply.text());
    return podcastId;
  }
  const addPodcast = () => askOperator("podcast-add", { url: origin.newFeedUrl() });

  const podcastId = await addPodcast();
  const [episode] = await sql`select id from episode where podcast_id = ${podcastId} limit 1`;
  const [session, browser] = [newSecret(), newSecret()];
  const [account] = await sql`
    insert into account (email, password_hash)
    values ('sample@example.com', ${await hashPassword(SAMPLE_PASSWORD)}) returning id`;
  await sql`
    insert into login (account_id, secret_sha256, browser_sha256, expires_at)
    values (${Number(account?.id)}, ${session.sha256}, ${browser.sha256}, podcore_now() + interval '1 day')`;
  const cookies = sessionCookies(
    { session: session.secret, browser: browser.secret },
    { publicUrl: "http://localhost" },
  );
  let numEmails = 0;
  return {
    podcastId,
    episodeId: Number(episode?.id),
    cookie: cookies.map((cookie) => cookie.split(";", 1)[0]).join("; "),
    newEmail: () => `sample${++numEmails}@example.com`,
    newFeedUrl: origin.newFeedUrl,
    addPodcast,
    addBlockedPodcast: async () => askOperator("podcast-block", { podcastId: await addPodcast(), reason: "A sample" }),
    makePodcastsDue: async () => {
      await sql`update podcast_crawl set due_at = podcore_now()`;
    },
  };
}

/** Runs an artifact on a free port of 127.0.0.1. It formats its log as in a cluster, but the output is discarded. */
async function startArtifact(path: string, environment: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(process.execPath, [path], {
    env: { ...environment, HOST: "127.0.0.1", PORT: "0", PODCORE_SHUTDOWN_GRACE_MS: "0" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  // Stops the artifact if a failure leaves it running.
  stops.push(async () => child.kill("SIGKILL"));
  const [message] = await Promise.race([once(child, "message"), exited]);
  if (child.exitCode !== null) throw new Error(`Cannot start "${path}": it ended with exit code ${child.exitCode}`);
  return {
    url: `http://127.0.0.1:${message.port}`,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      if (child.exitCode !== 0) throw new Error(`Cannot stop "${path}": it ended with exit code ${child.exitCode}`);
    },
  };
}

/** Checks that V8 accepts the caches. @throws Error if it does not */
function checkCaches(paths: string[]): void {
  const text = execFileSync(process.execPath, ["-e", CODE_CACHE_CHECK, ...paths], { encoding: "utf8", env: {} });
  const states: Record<string, string> = JSON.parse(text);
  for (const path of paths) {
    if (states[path] !== "accepted") throw new Error(`Cannot use the code cache of "${path}": ${states[path]}`);
  }
  console.log(`V8 ${process.versions.v8} accepts all ${paths.length}`);
}
