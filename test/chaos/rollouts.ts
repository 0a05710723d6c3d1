// Rolls web-podcast-get out again and again under load, in each order of router and signal. By itself, after a build:
//   npx node test/chaos/rollouts.ts [rollouts of each order] [grace in ms]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openPool } from "../../shared/db/pool.ts";
import { type RunningFunction, startFunction } from "../../shared/dev/functions.ts";
import { createBench } from "../bench/bench.ts";
import { distFolder } from "../support/dist.ts";
import { insertDuePodcasts } from "../support/rows.ts";
import { type Counts, startClients } from "./rollout-clients.ts";

export type RolloutsOptions = {
  /** Of a migrated database. */
  databaseUrl: string;
  numRollouts: number;
  graceMs?: number;
};
export type RolloutsResult = {
  order: string;
  numRollouts: number;
  counts: Counts;
  /** From the end of the grace period to the process's exit, ascending. */
  exitMs: number[];
  /** Processes that ended with another exit code than 0. */
  numFailedExits: number;
};
type Rollout = {
  switchRouter(): void;
  /** Sends SIGTERM to the old process. */
  signal(): void;
};

/** What a rollout is held to. */
export const TARGETS = { reset: 0, refused: 0, unavailable: 0, other: 0, numFailedExits: 0, maxExitMs: 5_000 } as const;

const ORDERS: Readonly<Record<string, (rollout: Rollout) => Promise<void>>> = {
  // 20 ms: far too short for what is in flight to finish.
  "router, then signal": async ({ switchRouter, signal }) => {
    switchRouter();
    await pause(20);
    signal();
  },
  // 300 ms: what a cluster takes to tell its nodes, most often.
  "signal, then router": async ({ switchRouter, signal }) => {
    signal();
    await pause(300);
    switchRouter();
  },
  "both at once": async ({ switchRouter, signal }) => {
    signal();
    switchRouter();
  },
};

// Six times the longest that a router is late here, on a busy machine; the product's default would take 10 s a rollout.
const GRACE_MS = 2_000;
const NUM_KEEP_ALIVE = 50;
const NUM_CONNECTING = 10;
// For the clients to open their connections to the new process before it is the old one.
const SETTLE_MS = 400;
// Old processes that may still end, so that memory and connections stay bounded.
const NUM_ENDING = 3;
const READY_TIMEOUT_MS = 20_000;
// Each order ends by then, with the rollouts that it has made.
const ORDER_TIMEOUT_MS = 600_000;

/** Makes `numRollouts` rollouts in each order, and tells what became of all requests. */
export async function run(options: RolloutsOptions): Promise<RolloutsResult[]> {
  const path = `/podcasts/${await insertPodcast(options.databaseUrl)}`;
  const results: RolloutsResult[] = [];
  for (const order of Object.keys(ORDERS)) results.push(await rollOut(order, { graceMs: GRACE_MS, ...options, path }));
  return results;
}

async function rollOut(
  order: string,
  { databaseUrl, numRollouts, graceMs, path }: Required<RolloutsOptions> & { path: string },
): Promise<RolloutsResult> {
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECTIONS: "2",
    PODCORE_LOG_LEVEL: "error",
    PODCORE_SHUTDOWN_GRACE_MS: String(graceMs),
  };
  const exits: Promise<number>[] = [];
  let numFailedExits = 0;
  let current = await startReady(environment);
  const clients = startClients({
    numKeepAlive: NUM_KEEP_ALIVE,
    numConnecting: NUM_CONNECTING,
    target: () => ({ port: current.port, path }),
  });

  async function end(old: RunningFunction): Promise<number> {
    const startedAt = performance.now();
    void old.exited.then((ended) => {
      // What "exit" gives: the code, or null where a signal ended the process.
      const [code] = ended as [number | null];
      if (code !== 0) numFailedExits += 1;
    });
    await old.stop();
    return performance.now() - startedAt - graceMs;
  }

  const deadline = performance.now() + ORDER_TIMEOUT_MS;
  for (let i = 0; i < numRollouts && performance.now() < deadline; i += 1) {
    const old = current;
    const next = await startReady(environment);
    await pause(SETTLE_MS);
    await clients.burst();
    await ORDERS[order]?.({
      switchRouter() {
        current = next;
      },
      signal: () => exits.push(end(old)),
    });
    await exits.at(-NUM_ENDING);
  }
  await clients.stop();
  const exitMs = (await Promise.all(exits)).sort((a, b) => a - b);
  await current.stop();
  return { order, numRollouts: exitMs.length, counts: clients.counts, exitMs, numFailedExits };
}

async function startReady(environment: NodeJS.ProcessEnv): Promise<RunningFunction> {
  const running = await startFunction({ name: "web-podcast-get", dist: distFolder(), environment });
  for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; await pause(10)) {
    const { ok } = await fetch(`http://127.0.0.1:${running.port}/ready`);
    if (ok) return running;
  }
  await running.stop();
  throw new Error(`Cannot start "web-podcast-get": not ready within ${READY_TIMEOUT_MS / 1_000} s`);
}

async function insertPodcast(databaseUrl: string): Promise<number | undefined> {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-chaos" });
  const [id] = await insertDuePodcasts(pool.db, ["https://example.com/rollouts"]);
  await pool.close();
  return id;
}

/** Writes results as a table, with the targets in its last line. */
export function formatRollouts(results: readonly RolloutsResult[]): string {
  const head = [
    "order",
    "rollouts",
    "ok",
    "reset",
    "refused",
    "503",
    "other",
    "exit p50",
    "exit max",
    "exit code != 0",
  ];
  const rows = results.map(({ order, numRollouts, counts, exitMs, numFailedExits }) => [
    order,
    numRollouts,
    counts.ok,
    counts.reset,
    counts.refused,
    counts.unavailable,
    counts.other,
    milliseconds(exitMs[Math.floor(exitMs.length / 2)]),
    milliseconds(exitMs.at(-1)),
    numFailedExits,
  ]);
  const { reset, refused, unavailable, other, maxExitMs, numFailedExits } = TARGETS;
  const target = ["target", "", "", reset, refused, unavailable, other, "", `${maxExitMs} ms`, numFailedExits];
  return [head, ...rows, target]
    .map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(20) : String(cell).padStart(10))).join(" "))
    .join("\n");
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(0)} ms`;
}

if (import.meta.main) {
  const [numRollouts = 100, graceMs = GRACE_MS] = process.argv.slice(2).map(Number);
  const directory = await mkdtemp(join(tmpdir(), "podcore-rollouts-"));
  const bench = createBench({ directory, isQuick: false });
  try {
    const results = await run({ databaseUrl: await bench.createDatabase(), numRollouts, graceMs });
    console.log(`Grace ${graceMs} ms, ${NUM_KEEP_ALIVE} keep-alive clients, ${NUM_CONNECTING} that connect anew`);
    console.log(formatRollouts(results));
  } finally {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  }
}
