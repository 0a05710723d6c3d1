import { Agent, get } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";

/** How requests ended: `other` is any status besides 200 and 503, and any error besides the two that are counted. */
export type Counts = { ok: number; reset: number; refused: number; unavailable: number; other: number };
export type Clients = {
  counts: Counts;
  /** Lets every client that pauses send its next request now, and resolves when these are on the wire. */
  burst(): Promise<void>;
  /** Resolves when the last reply has been read. */
  stop(): Promise<void>;
};
type ClientsOptions = {
  numKeepAlive: number;
  /** Clients that open a connection for each request, and so meet the listener's backlog. */
  numConnecting: number;
  /** The router: where the next request goes. */
  target: () => { port: number; path: string };
};
type Outcome = keyof Counts;

// On average half of it: 60 clients send some 400 requests a second, which half a processor answers.
const LONGEST_PAUSE_MS = 300;
// Far above any reply's time, so that a request that is lost without an error ends the run.
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts clients that send one request after the other, and never repeat one that failed. */
export function startClients({ numKeepAlive, numConnecting, target }: ClientsOptions): Clients {
  const counts: Counts = { ok: 0, reset: 0, refused: 0, unavailable: 0, other: 0 };
  const pausing = new Set<() => void>();
  let isStopped = false;

  async function work(agent: Agent): Promise<void> {
    while (!isStopped) {
      counts[await ask(agent, target())] += 1;
      await pause();
    }
    agent.destroy();
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        pausing.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.random() * LONGEST_PAUSE_MS);
      pausing.add(wake);
    });
  }

  async function burst(): Promise<void> {
    for (const wake of [...pausing]) wake();
    // The first turn writes to connections that are there, and begins to open the others.
    await nextTurn();
    await nextTurn();
  }

  const agents = [
    ...Array.from({ length: numKeepAlive }, () => new Agent({ keepAlive: true, maxSockets: 1 })),
    ...Array.from({ length: numConnecting }, () => new Agent({ keepAlive: false })),
  ];
  const working = Promise.all(agents.map(work));
  return {
    counts,
    burst,
    async stop() {
      isStopped = true;
      await burst();
      await working;
    },
  };
}

function ask(agent: Agent, { port, path }: { port: number; path: string }): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve(outcomeOf(error));
    const request = get({ host: "127.0.0.1", port, path, agent, timeout: REQUEST_TIMEOUT_MS }, (reply) => {
      reply.on("error", fail);
      reply.on("end", () =>
        resolve(reply.statusCode === 200 ? "ok" : reply.statusCode === 503 ? "unavailable" : "other"),
      );
      reply.resume();
    });
    request.on("timeout", () => request.destroy(new Error(`No reply within ${REQUEST_TIMEOUT_MS} ms`)));
    request.on("error", fail);
  });
}

function outcomeOf({ code = "" }: NodeJS.ErrnoException): Outcome {
  if (code === "ECONNREFUSED") return "refused";
  return ["ECONNRESET", "EPIPE"].includes(code) ? "reset" : "other";
}
