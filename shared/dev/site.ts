import type { Config } from "../config.ts";
import { freePort } from "./free-port.ts";
import { type RunningFunction, startFunction } from "./functions.ts";
import type { Upstreams } from "./gateway.ts";
import type { QuietLog } from "./quiet-log.ts";

/** The artifacts that serve: one for each audience. */
export const SERVERS = ["internal", "web", "api"] as const;
/** All that npm start needs of dist/. */
export const RUN_HERE = [...SERVERS, "admin-migrate"] as const;
type Server = (typeof SERVERS)[number];

export type Site = {
  upstreams(): Upstreams;
  internalPort: number;
  /** Puts an artifact that was built anew in the place of the running one. @throws Error where it does not start: the old one stays */
  restart(name: Server): Promise<void>;
  stop(): Promise<void>;
};

type SiteOptions = {
  dist: string;
  environment: NodeJS.ProcessEnv;
  config: Config;
  quietLog: QuietLog | undefined;
  /** Called when an artifact has ended that nobody has stopped. */
  onEnd: (name: string) => void;
};

/** Runs the artifacts, each in a process of its own. */
export async function startSite({ dist, environment, config, quietLog, onEnd }: SiteOptions): Promise<Site> {
  const running = new Map<Server, RunningFunction>();
  const leaving: Promise<void>[] = [];
  // Fixed, because the others are told where the work tick is woken: what a request stores a job for must not wait a minute.
  const internalPort = await freePort();
  const waking = { PODCORE_WORK_URL: `http://127.0.0.1:${internalPort}/tick/work`, ...environment };

  async function start(name: Server): Promise<void> {
    // Ticks and wake-ups call internal directly, without the gateway's token. It checks their own tokens, and the Host.
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
    // Two cannot have its port.
    if (name === "internal") await stop(name);
    const before = running.get(name);
    await start(name);
    // It finishes what it has in hand while the new one answers.
    if (before !== undefined) leaving.push(before.stop());
  }

  function portOf(name: Server): number {
    const port = running.get(name)?.port;
    if (port === undefined) throw new Error(`"${name}" does not run`);
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
    // Last started, first stopped: nobody is called who is gone.
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
