import type { Config } from "../config.ts";
import { freePort } from "./free-port.ts";
import { type RunningFunction, startFunction } from "./functions.ts";
import type { Upstreams } from "./gateway.ts";
import type { QuietLog } from "./quiet-log.ts";

/** The artifacts that npm start keeps running: one for each audience. */
export const SERVERS = ["internal", "web", "api"] as const;
/** All artifacts that npm start runs. */
export const RUN_HERE = [...SERVERS, "admin-migrate"] as const;
type Server = (typeof SERVERS)[number];

export type Site = {
  upstreams(): Upstreams;
  internalPort: number;
  /** Replaces a running artifact by its new build. @throws Error if the new build does not start */
  restart(name: Server): Promise<void>;
  stop(): Promise<void>;
};

type SiteOptions = {
  dist: string;
  environment: NodeJS.ProcessEnv;
  config: Config;
  quietLog: QuietLog | undefined;
  /** Called when an artifact's process ends by itself. */
  onEnd: (name: string) => void;
};

/** Starts each artifact in a process of its own. */
export async function startSite({ dist, environment, config, quietLog, onEnd }: SiteOptions): Promise<Site> {
  const running = new Map<Server, RunningFunction>();
  const leaving: Promise<void>[] = [];
  // Chosen before the start, because the other artifacts need the work tick's URL. They wake it when they store a job,
  // which would otherwise wait up to a minute.
  const internalPort = await freePort();
  const waking = { PODCORE_WORK_URL: `http://127.0.0.1:${internalPort}/tick/work`, ...environment };

  async function start(name: Server): Promise<void> {
    // Ticks and wake-ups call `internal` directly, without the gateway's token. It checks their Host and own tokens.
    const direct = { ...environment, PODCORE_GATEWAY_TOKEN: undefined };
    const options = name === "internal" ? { environment: direct, port: internalPort } : { environment: waking };
    const started = await startFunction({ name, dist, quietLog, ...options });
    running.set(name, started);
    void started.exited.then(() => {
      if (running.get(name) === started) onEnd(name);
    });
  }

  async function stop(name: Server): Promise<void> {
    const stopped = running.get(name);
    running.delete(name);
    await stopped?.stop();
  }

  async function restart(name: Server): Promise<void> {
    // Its port is fixed, so the old process must stop first.
    if (name === "internal") await stop(name);
    const before = running.get(name);
    await start(name);
    // The old process finishes its requests while the new one takes new requests.
    if (before !== undefined) leaving.push(before.stop());
  }

  function portOf(name: Server): number {
    const port = running.get(name)?.port;
    if (port === undefined) throw new Error(`"${name}" is not running`);
    return port;
  }

  const site: Site = {
    upstreams: () => ({
      web: portOf("web"),
      api: portOf("api"),
      internal: config.showsInternal ? internalPort : undefined,
    }),
    internalPort,
    restart,
    // In reverse order of the start, so that no process calls one that has stopped.
    stop: async () => {
      for (const name of [...running.keys()].reverse()) await stop(name);
      await Promise.all(leaving);
    },
  };
  const starts = await Promise.allSettled(SERVERS.map(start));
  const failure = starts.find(({ status }) => status === "rejected");
  if (failure?.status !== "rejected") return site;
  await site.stop();
  throw failure.reason;
}
