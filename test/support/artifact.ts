import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after } from "node:test";
import { distFolder } from "./dist.ts";

export type Artifact = { url: string; child: ChildProcess; output: () => string; stop(): Promise<number | null> };

/** Where an artifact is given PODCORE_OPERATOR_TOKEN, its functions are called with this. */
export const OPERATOR_TOKEN = "operator-token-of-more-than-32-characters";
export const AS_OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` };

/** Runs dist/<name>.cjs as a process of its own on a free port of 127.0.0.1, as `file` where it was copied to. */
export async function startArtifact(options: {
  name: string;
  environment?: Record<string, string>;
  file?: string;
  cwd?: string;
}): Promise<Artifact> {
  const { name, environment, cwd, file = join(distFolder(), `${name}.cjs`) } = options;
  const child = spawn(process.execPath, [file], {
    cwd,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", PODCORE_SHUTDOWN_GRACE_MS: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  const exited = once(child, "close");
  after(() => child.kill("SIGKILL"));
  const [message] = await Promise.race([
    once(child, "message"),
    exited.then(([code]) => Promise.reject(new Error(`${name} ended with ${code}: ${output}`))),
  ]);
  return {
    url: `http://127.0.0.1:${message.port}`,
    child,
    output: () => output,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
  };
}

/** Calls dist/<name>.cjs, or `file`, with --once. */
export async function callArtifact(options: {
  name: string;
  params?: string;
  environment?: Record<string, string>;
  file?: string;
  onSpawn?: (child: ChildProcess) => void;
}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { name, params, environment, file = join(distFolder(), `${name}.cjs`), onSpawn } = options;
  const args = [file, "--once", ...(params === undefined ? [] : [params])];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onSpawn?.(child);
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      text[name] += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, ...text };
}

/** Sends the request that Knative's PingSource sends. */
export function sendPing(url: string, data = "{}", headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      "ce-id": "9f2d7f1e-6f0a-4f0e-9d3b-0d9a2c6b8f10",
      "ce-source": "/apis/v1/namespaces/podcore/pingsources/crawl",
      "ce-specversion": "1.0",
      "ce-time": "2026-11-22T10:00:00.123456789Z",
      "ce-type": "dev.knative.sources.ping",
      "content-type": "application/json",
      "kn-namespace": "podcore",
      ...headers,
    },
    body: data,
  });
}
