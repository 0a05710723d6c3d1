// What `npm start` runs: Postgres where none is given, the migrations, and every function.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { join, resolve } from "node:path";
import { ROUTES } from "../../functions/routes.ts";
import { type Config, readConfig } from "../config.ts";
import { callFunction, type RunningFunction, startFunction } from "./functions.ts";
import { createGateway, type Upstreams } from "./gateway.ts";
import { type LocalPostgres, startPostgres } from "./postgres.ts";
import { takeRunLock } from "./run-lock.ts";
import { startTicker } from "./ticker.ts";

// On a developer's computer only its own programs may connect, unless HOST says otherwise.
const DEFAULT_HOST = "127.0.0.1";
// Less than the minute between ticks.
const TICK_BUDGET_MS = "50000";

const root = resolve(import.meta.dirname, "../..");
const dist = join(root, "dist");
// What was started, in order; stopped in the opposite one.
const stops: (() => Promise<unknown>)[] = [];
const stopping = new AbortController();

const starting = start().catch((error: unknown) => {
  // What a signal cut short is no news.
  if (!stopping.signal.aborted) console.error(error instanceof Error ? error.message : error);
  void stop(1);
});

async function start(): Promise<void> {
  const settings = {
    PODCORE_ENV: "development",
    PODCORE_TICK_BUDGET_MS: TICK_BUDGET_MS,
    // The gateway sends nothing more once it stops them.
    PODCORE_SHUTDOWN_GRACE_MS: "0",
    ...process.env,
    PODCORE_OPERATOR_TOKEN: process.env.PODCORE_OPERATOR_TOKEN || newToken(),
    PODCORE_WAKE_TOKEN: process.env.PODCORE_WAKE_TOKEN || newToken(),
    PODCORE_GATEWAY_TOKEN: newToken(),
    HOST: process.env.HOST || DEFAULT_HOST,
  };
  const config = readConfig(settings);
  process.on("SIGINT", () => stop(0));
  process.on("SIGTERM", () => stop(0));

  let upstreams: Upstreams | undefined;
  await listen(
    createGateway(() => upstreams, config),
    config,
  );

  const built = spawnSync(process.execPath, [join(root, "build.mjs"), "--keep-manifests"], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`Cannot build:\n${built.stderr}`);

  // Told to stop meanwhile: whatever comes next need not be started first.
  stopping.signal.throwIfAborted();

  const dataDir = resolve(root, config.dataDir);
  const databaseUrl = config.databaseUrl ?? (await startDatabase(dataDir));
  const environment = {
    ...settings,
    DATABASE_URL: databaseUrl,
    // Its own Postgres is migrated whatever is set.
    DATABASE_MIGRATE_URL: config.databaseUrl === undefined ? undefined : config.databaseMigrateUrl,
    PODCORE_PUBLIC_URL: config.publicUrl,
  };
  stopping.signal.throwIfAborted();
  await callFunction({ name: "admin-migrate", dist, environment });
  stopping.signal.throwIfAborted();

  // First, so that the others know where the work tick is woken: what a request stores a job for is not to wait a minute.
  // Without the gateway's token: ticks and wake-ups come directly. It checks their own tokens, and the Host.
  const internal = await run({
    name: "internal",
    dist,
    environment: { ...environment, PODCORE_GATEWAY_TOKEN: undefined },
  });
  const waking = { PODCORE_WORK_URL: `http://127.0.0.1:${internal.port}/tick/work`, ...environment };
  const [web, api] = await Promise.all(["web", "api"].map((name) => run({ name, dist, environment: waking })));
  if (web === undefined || api === undefined) return;
  upstreams = { web: web.port, api: api.port, internal: config.showsInternal ? internal.port : undefined };

  const ticks = ROUTES.filter(({ path }) => path.startsWith("/tick/")).map(({ path }) => path.slice("/tick/".length));
  const { operatorToken = "" } = config;
  startTicker({ port: internal.port, operatorToken, ticks, signal: stopping.signal });
  sayHello({
    url: config.publicUrl,
    database: config.databaseUrl === undefined ? `Postgres in ${dataDir}` : "DATABASE_URL",
  });
}

/** For this start only: who wants to call operators' functions over HTTP sets one. */
function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** First of all, so that a port that is taken is told at once. */
async function listen(gateway: Server, { host, port }: Config): Promise<void> {
  gateway.listen(port, host);
  await once(gateway, "listening").catch((cause: unknown) => {
    throw new Error(`Cannot listen on ${host}:${port}: set PORT to another`, { cause });
  });
  stops.push(async () => gateway.close());
}

async function startDatabase(dataDir: string): Promise<string> {
  stops.push(await takeRunLock(dataDir));
  const postgres: LocalPostgres = await startPostgres({ dataDir: join(dataDir, "postgres") });
  stops.push(postgres.stop);
  return postgres.url;
}

async function run(options: Parameters<typeof startFunction>[0]): Promise<RunningFunction> {
  const running = await startFunction(options);
  stops.push(running.stop);
  void running.exited.then(() => {
    if (stopping.signal.aborted) return;
    console.error(`"${options.name}" has ended`);
    void stop(1);
  });
  return running;
}

/** Stops everything, last started first: nobody is called who is gone. */
async function stop(exitCode: number): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  // What is being started has not said yet how it is stopped.
  await starting;
  for (const stopOne of stops.reverse()) await stopOne().catch((error: unknown) => console.error(error));
  process.exit(exitCode);
}

function sayHello({ url, database }: { url: string; database: string }): void {
  console.log(`
podcore is at ${url}, its data is in ${database}
  Add a podcast   open ${url} and paste a feed's URL
  Read it         curl '${url}/graphql' -H 'content-type: application/json' -d '{"query":"{ podcast { id title } }"}'
  Explore         ${url}/graphiql
  Stop            Ctrl-C; the ticks run every minute until then
`);
}
