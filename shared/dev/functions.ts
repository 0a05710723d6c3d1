import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type RunningFunction = { port: number; exited: Promise<unknown>; stop(): Promise<void> };
type Options = { name: string; dist: string; environment: NodeJS.ProcessEnv };

/** Runs an artifact on a free port of 127.0.0.1, and resolves when it listens. */
export async function startFunction({ name, dist, environment }: Options): Promise<RunningFunction> {
  const child = spawn(process.execPath, [join(dist, `${name}.cjs`)], {
    env: { ...environment, HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Of a process group of its own: Ctrl-C is for npm start, which then ends its functions one by one.
    detached: true,
  });
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

/** Calls an artifact one time with `--once`, as a Kubernetes Job would. @throws Error where it fails */
export async function callFunction({ name, dist, environment }: Options): Promise<void> {
  const child = spawn(process.execPath, [join(dist, `${name}.cjs`), "--once"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let reply = "";
  child.stdout.on("data", (chunk: Buffer) => {
    reply += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(messageOf(reply) ?? `Cannot run "${name}": ${reply.trim()}`);
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
