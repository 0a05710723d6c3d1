import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { build } from "esbuild";
import { freePort } from "../../shared/dev/free-port.ts";

export type ServerProcess = {
  url: string;
  /** Since it was started until its first reply was read whole. */
  startMs: number;
  usage(): Usage;
  /** Ends it with SIGTERM. */
  stop(): Promise<void>;
};
/** CPU time of all threads since the start, resident memory, and the most that it ever was. */
type Usage = { cpuMs: number; rssMegabytes: number; peakMegabytes: number };
type StartOptions = {
  file: string;
  /** The program that runs `file`, and its options; node itself unless given. */
  launcher?: readonly string[];
  /** Asked until it answers 200. */
  path: string;
  environment?: Record<string, string> | undefined;
};

const START_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 120_000;
// What a start is measured with must be finer than the noise; a refused connection costs some 50 us of another processor.
const POLL_MS = 1;

const running = new Set<ChildProcess>();

/** Bundles a baseline the way that the functions are, into one CommonJS file. */
export async function bundleBaseline(name: string, directory: string): Promise<string> {
  const outfile = join(directory, `${name}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, "baselines", `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    minify: true,
    legalComments: "none",
  });
  return outfile;
}

/** Starts a server from one file and asks it until it answers. Its log goes nowhere. */
export async function startServer({ file, launcher = [], path, environment }: StartOptions): Promise<ServerProcess> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...launcher, file], {
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: String(port),
      PODCORE_SHUTDOWN_GRACE_MS: "0",
      ...environment,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  running.add(child);
  const exited = once(child, "exit").then(() => running.delete(child));
  await firstReply({ port, path }, () => running.has(child)).catch((cause: unknown) => {
    throw new Error(`Cannot start "${file}"`, { cause });
  });
  const startMs = performance.now() - startedAt;
  return {
    url: `http://127.0.0.1:${port}`,
    startMs,
    usage: () => usageOf(child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Ends at once whatever a row that failed has left running. */
export function killServers(): void {
  for (const child of running) child.kill("SIGKILL");
}

async function firstReply(target: { port: number; path: string }, isRunning: () => boolean): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && isRunning()) {
    const reply = await askOnce(target);
    if (reply?.startsWith("HTTP/1.1 200")) return;
    if (reply !== undefined) throw new Error(`It answered "${reply.split("\r\n", 1)[0]}"`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(isRunning() ? `No answer within ${START_TIMEOUT_MS / 1000} s` : "It has ended");
}

/** @returns undefined where nobody listens yet */
function askOnce({ port, path }: { port: number; path: string }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => resolve(undefined));
    socket.on("end", () => resolve(text));
  });
}

/** Linux accounts each thread's time to the nanosecond in schedstat, where `stat` counts ticks of 10 ms. */
function usageOf(pid: number | undefined): Usage {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const cpuNs = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]));
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: "VmRSS" | "VmHWM") =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024) / 1e6;
  return {
    cpuMs: cpuNs.reduce((a, b) => a + b, 0) / 1e6,
    rssMegabytes: megabytes("VmRSS"),
    peakMegabytes: megabytes("VmHWM"),
  };
}

type Post = { url: string; headers?: Record<string, string>; body: string };

/** Posts JSON and reads the reply. @throws Error unless it is a 200 */
export async function post({ url, headers, body }: Post): Promise<unknown> {
  const { status, text } = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const options = {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      timeout: REQUEST_TIMEOUT_MS,
    };
    const sent = request(url, options, (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode, text: bytes.toString() }), reject);
    });
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error(`Cannot post to "${url}": no answer in time`)));
    sent.end(body);
  });
  if (status !== 200) throw new Error(`Cannot post to "${url}": ${status} ${text}`);
  return JSON.parse(text);
}
