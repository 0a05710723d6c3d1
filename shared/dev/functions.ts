import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { QuietLog } from "./quiet-log.ts";

export type RunningFunction = { port: number; exited: Promise<unknown>; stop(): Promise<void> };
type Options = {
  name: string;
  dist: string;
  environment: NodeJS.ProcessEnv;
  /** Filters the artifact's log. Undefined: shows the log as it is. */
  quietLog?: QuietLog | undefined;
};

/** Runs an artifact on a port of 127.0.0.1, a free one by default. Resolves when it is listening. */
export async function startFunction({
  name,
  dist,
  environment,
  quietLog,
  port: ownPort = 0,
}: Options & { port?: number }): Promise<RunningFunction> {
  const child = spawn(process.execPath, [join(dist, `${name}.cjs`)], {
    env: { ...environment, ...logSettings(quietLog), HOST: "127.0.0.1", PORT: String(ownPort) },
    stdio: ["ignore", quietLog === undefined ? "inherit" : "pipe", "inherit", "ipc"],
    // In its own process group, so that Ctrl-C reaches only npm start, which then stops its functions one by one.
    detached: true,
  });
  show(child.stdout, quietLog);
  const exited = once(child, "exit");
  const port = await Promise.race([
    listeningPort(child),
    exited.then(([code]) => Promise.reject(new Error(`Cannot start "${name}": it ended with exit code ${code}`))),
  ]);
  return {
    port,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  const [message] = await once(child, "message");
  return Number(message.port);
}

/** Calls an artifact once with `--once`, as a Kubernetes Job would. @throws Error if the call fails */
export async function callFunction({ name, dist, environment, quietLog }: Options): Promise<void> {
  const child = spawn(process.execPath, [join(dist, `${name}.cjs`), "--once"], {
    env: { ...environment, ...logSettings(quietLog) },
    stdio: ["ignore", "pipe", quietLog === undefined ? "inherit" : "pipe"],
  });
  show(child.stderr, quietLog);
  let reply = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    reply += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(messageOf(reply) ?? `Cannot run "${name}": ${reply.trim()}`);
}

/** Returns the settings of the artifact's log. A `QuietLog` reads JSON lines. */
function logSettings(quietLog: QuietLog | undefined): NodeJS.ProcessEnv {
  return quietLog === undefined ? {} : { PODCORE_LOG: "json" };
}

function show(log: Readable | null, quietLog: QuietLog | undefined): void {
  if (log === null || quietLog === undefined) return;
  createInterface({ input: log }).on("line", (line) => process.stdout.write(quietLog(line)));
}

/** Returns the message of an artifact's error reply; undefined for other replies. */
function messageOf(reply: string): string | undefined {
  try {
    const message: unknown = JSON.parse(reply).errors[0].message;
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
