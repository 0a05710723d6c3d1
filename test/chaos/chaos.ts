import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { freePort } from "../../shared/dev/free-port.ts";
import { type LocalPostgres, startPostgres } from "../../shared/dev/postgres.ts";
import { distFolder } from "../support/dist.ts";
import { startFeeds } from "./feeds.ts";

/** One figure of a row: what was measured, what is wanted, and what node-postgres does in the same run. */
export type Figure = {
  what: string;
  measured: string | number;
  target: string | number;
  isMet: boolean;
  nodePostgres?: string | number;
};

/** One kind of fault. `scale` is 1 for the whole row; smaller ones are quick looks. */
export type ChaosRow = {
  name: string;
  about: string;
  run(chaos: Chaos, scale: number): Promise<Figure[]>;
};

/** What rows share: a Postgres of their own that can be stopped in every way, and the processes of podcore. */
export type Chaos = {
  directory: string;
  startDatabase(settings?: Record<string, string | number>, dataDir?: string): Promise<ChaosDatabase>;
  /** Starts dist/<name>.cjs, or another program of the project's, and resolves when it listens. */
  start(name: string, environment: Record<string, string>): Promise<ChaosProcess>;
  /** Starts a program that ends by itself. */
  spawn(args: readonly string[], environment: Record<string, string>): ChaosProcess;
  /** Adds podcasts whose feeds are served on loopback, and returns their ids. */
  addPodcasts(databaseUrl: string, num: number): Promise<number[]>;
  close(): Promise<void>;
};
export type ChaosDatabase = {
  url: string;
  port: number;
  dataDir: string;
  /** A client of the row's own; not podcore's. */
  sql: postgres.Sql;
  /** Stops Postgres in this way and starts it on the same port. */
  restart(signal: "SIGINT" | "SIGQUIT" | "SIGKILL", downMs?: number): Promise<void>;
  stop(signal?: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void>;
};
export type ChaosProcess = {
  url: string;
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
};

export async function createChaos(): Promise<Chaos> {
  const directory = await mkdtemp(join(tmpdir(), "podcore-chaos-"));
  const closing: (() => Promise<unknown>)[] = [];

  async function startDatabase(
    settings: Record<string, string | number> = {},
    dataDir = join(directory, `postgres-${closing.length}`),
  ): Promise<ChaosDatabase> {
    const port = await freePort();
    let server: LocalPostgres = await startPostgres({ dataDir, port, settings });
    const sql = postgres(server.url, { max: 2, onnotice: () => {}, fetch_types: false });
    const stop = async (signal?: "SIGINT" | "SIGQUIT" | "SIGKILL") => server.stop(signal);
    closing.push(async () => {
      void sql.end({ timeout: 0 });
      await stop("SIGQUIT");
    });
    await callOnce("admin-migrate", server.url);
    return {
      url: server.url,
      port,
      dataDir,
      sql,
      stop,
      async restart(signal, downMs = 0) {
        await server.stop(signal);
        await new Promise((resolve) => setTimeout(resolve, downMs));
        server = await startPostgres({ dataDir, port, settings });
      },
    };
  }

  async function start(name: string, environment: Record<string, string>): Promise<ChaosProcess> {
    const port = await freePort();
    const file = name.endsWith(".ts") ? join(import.meta.dirname, name) : join(distFolder(), `${name}.cjs`);
    const process_ = spawnProgram([file], {
      HOST: "127.0.0.1",
      PORT: String(port),
      PODCORE_SHUTDOWN_GRACE_MS: "0",
      ...environment,
    });
    const running = { ...process_, url: `http://127.0.0.1:${port}` };
    const deadline = Date.now() + 20_000;
    for (;;) {
      const isUp = await fetch(`${running.url}/health`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isUp) return running;
      if (Date.now() > deadline || running.child.exitCode !== null) {
        throw new Error(`Cannot start ${name}: ${running.output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  function spawnProgram(args: readonly string[], environment: Record<string, string>): ChaosProcess {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, PODCORE_LOG: "json", PODCORE_DIRECTORY_URL: "http://127.0.0.1:9", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        // What was said last is what tells of a fault.
        output = `${output}${chunk}`.slice(-200_000);
      });
    }
    const exited = once(child, "exit").then(([code]) => code);
    closing.push(async () => {
      child.kill("SIGKILL");
      await exited;
    });
    return { url: "", child, output: () => output, exited, kill: (signal) => child.kill(signal) };
  }

  async function callOnce(name: string, databaseUrl: string, params = "{}"): Promise<string> {
    const called = spawnProgram([join(distFolder(), `${name}.cjs`), "--once", params], {
      DATABASE_URL: databaseUrl,
      PODCORE_FETCH_ALLOW: "127.0.0.0/8",
      PODCORE_LOG_LEVEL: "error",
    });
    const code = await called.exited;
    if (code !== 0) throw new Error(`Cannot call ${name}: ${called.output()}`);
    return called.output();
  }

  return {
    directory,
    startDatabase,
    start,
    spawn: spawnProgram,
    async addPodcasts(databaseUrl, num) {
      const feeds = await startFeeds({ numFeeds: num });
      const ids: number[] = [];
      for (const url of feeds.urls) {
        const reply = await callOnce("admin-podcast-add", databaseUrl, JSON.stringify({ url }));
        ids.push(JSON.parse(reply.slice(reply.indexOf("{"))).podcastId);
      }
      feeds.close();
      return ids;
    },
    async close() {
      for (const close of closing.reverse()) await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
