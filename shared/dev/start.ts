// Run by `npm start`: starts Postgres unless DATABASE_URL is set, migrates the schema, and serves every function. With
// --watch, rebuilds and restarts what is affected when a source file is saved.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { join, resolve } from "node:path";
import { ROUTES } from "../../functions/routes.ts";
import { type Config, type Environment, readConfig } from "../config.ts";
import { build, createBuilder, writtenAt } from "./builder.ts";
import { callFunction } from "./functions.ts";
import { createGateway } from "./gateway.ts";
import { helloText } from "./hello.ts";
import { type LocalPostgres, startPostgres } from "./postgres.ts";
import { createQuietLog } from "./quiet-log.ts";
import { createRebuild } from "./rebuild.ts";
import { takeRunLock } from "./run-lock.ts";
import { createSampleShow } from "./sample-show.ts";
import { RUN_HERE, SERVERS, type Site, startSite } from "./site.ts";
import { startTicker } from "./ticker.ts";
import { type Watch, watchSources } from "./watch.ts";

// By default, only programs on the same computer can connect.
const DEFAULT_HOST = "127.0.0.1";
// Shorter than the minute between ticks.
const TICK_BUDGET_MS = "50000";

const root = resolve(import.meta.dirname, "../..");
const dist = join(root, "dist");
const watches = process.argv.includes("--watch");
// Stops what was started, in order of the start. They are called in reverse order.
const stops: (() => Promise<unknown>)[] = [];
const stopping = new AbortController();
const { signal } = stopping;

const starting = start().catch((error: unknown) => {
  // An error after a signal is only the interruption.
  if (!signal.aborted) console.error(error instanceof Error ? error.message : error);
  void stop(1);
});

async function start(): Promise<void> {
  const startedAt = performance.now();
  const { settings, config, sampleShow } = readSettings();
  process.on("SIGINT", () => stop(0));
  process.on("SIGTERM", () => stop(0));
  // If a log setting is set, the artifacts' own log is shown.
  const quietLog = process.env.PODCORE_LOG || process.env.PODCORE_LOG_LEVEL ? undefined : createQuietLog();

  let stage = "Building";
  let site: Site | undefined;
  let watch: Watch | undefined;
  const gateway = createGateway(() => site?.upstreams(), config, {
    stage: () => stage,
    sampleShow,
    settled: async () => watch?.settled(),
  });
  await listen(gateway, config);

  function say(next: string): void {
    // Ends the start if npm start was told to stop in the meantime.
    signal.throwIfAborted();
    stage = next;
    console.log(`${next}...`);
  }

  say(stage);
  const builder = createBuilder({ only: RUN_HERE, signal });
  await buildSite(() => (watches ? builder.build([]) : build({ only: RUN_HERE, signal })));

  const dataDir = resolve(root, config.dataDir);
  if (config.databaseUrl === undefined) say("Starting Postgres");
  const databaseUrl = config.databaseUrl ?? (await startDatabase(dataDir));
  const environment = {
    ...settings,
    DATABASE_URL: databaseUrl,
    // The embedded Postgres is migrated by its own URL, even if DATABASE_MIGRATE_URL is set.
    DATABASE_MIGRATE_URL: config.databaseUrl === undefined ? undefined : config.databaseMigrateUrl,
    PODCORE_PUBLIC_URL: config.publicUrl,
  };
  const migrate = () => callFunction({ name: "admin-migrate", dist, environment, quietLog });
  say("Bringing the database's schema up to date");
  await migrate();
  say("Starting the functions");
  const started = await startSite({ dist, environment, config, quietLog, onEnd });
  stops.push(started.stop);
  site = started;

  if (watches)
    watch = watchSources(root, { signal, update: createRebuild({ builder, site: started, migrate, signal }) });
  const ticks = ROUTES.filter(({ path }) => path.startsWith("/tick/")).map(({ path }) => path.slice("/tick/".length));
  const { operatorToken = "" } = config;
  startTicker({ port: site.internalPort, operatorToken, ticks, signal });
  const database = config.databaseUrl === undefined ? `Postgres in ${dataDir}` : "DATABASE_URL";
  console.log(`Ready after ${secondsSince(startedAt)}`);
  const isShown = config.env === "development" && !process.env.PODCORE_OPERATOR_TOKEN;
  const shownToken = isShown ? operatorToken : undefined;
  console.log(helloText({ config, database, samplePageUrl: sampleShow?.pageUrl, shownToken, watches }));
  if (!watches) {
    const built = buildRest();
    stops.push(() => built);
  }
}

function readSettings() {
  const settings: Environment = {
    PODCORE_ENV: "development",
    PODCORE_TICK_BUDGET_MS: TICK_BUDGET_MS,
    // No grace period is needed: when npm start stops the functions, the gateway sends them no more requests.
    PODCORE_SHUTDOWN_GRACE_MS: "0",
    ...process.env,
    PODCORE_OPERATOR_TOKEN: process.env.PODCORE_OPERATOR_TOKEN || newToken(),
    PODCORE_WAKE_TOKEN: process.env.PODCORE_WAKE_TOKEN || newToken(),
    PODCORE_GATEWAY_TOKEN: newToken(),
    HOST: process.env.HOST || DEFAULT_HOST,
  };
  const config = readConfig(settings);
  const sampleShow = createSampleShow(config);
  const allow = [...config.fetchAllow, ...(sampleShow === undefined ? [] : [sampleShow.allow])];
  return { settings: { ...settings, PODCORE_FETCH_ALLOW: allow.join(",") }, config, sampleShow };
}

/** Builds only the artifacts that npm start runs: a tenth of all. Prints whether anything was built. */
async function buildSite(run: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const before = await writtenAt(SERVERS);
  await run();
  const after = await writtenAt(SERVERS);
  const isNew = SERVERS.some((name) => before.get(name) !== after.get(name));
  console.log(isNew ? `Built in ${secondsSince(startedAt)}` : "Nothing to build: no source has changed");
}

/** Builds all other artifacts, so that commands such as `node dist/admin-account-add.cjs --once` work soon. */
async function buildRest(): Promise<void> {
  await build({ isIdle: true, signal }).catch((error: unknown) => {
    if (!signal.aborted) console.error(error instanceof Error ? error.message : error);
  });
}

function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
}

/** Returns a token that is valid until npm start stops. To call operator functions over HTTP, set your own. */
function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Listens before anything else starts, so that a port in use is reported at once. */
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

function onEnd(name: string): void {
  if (signal.aborted) return;
  console.error(`"${name}" has ended`);
  void stop(1);
}

/** Stops everything in reverse order of the start, so that no process calls one that has stopped. */
async function stop(exitCode: number): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  // Waits for the start to end, because only then does `stops` include everything that was started.
  await starting;
  for (const stopOne of stops.reverse()) await stopOne().catch((error: unknown) => console.error(error));
  process.exit(exitCode);
}
