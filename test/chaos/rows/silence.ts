import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, startFaultProxy } from "../../support/fault-proxy.ts";
import type { ChaosRow, Figure } from "../chaos.ts";
import { load, percentile, send, tally } from "../load.ts";

const OUTAGE_AFTER_MS = 10_000;

/** The database goes away in every way that there is; after ten seconds each answer is a quick 503, until it is back. */
export const silence: ChaosRow = {
  name: "silence",
  about: "long outages: refused, closed, reset and silent connections, and a server that falls silent on open ones",
  async run(chaos, scale) {
    const database = await chaos.startDatabase();
    const [id] = await chaos.addPodcasts(database.url, 1);
    const proxy = await startFaultProxy({ host: "127.0.0.1", port: database.port });
    const url = database.url.replace(`:${database.port}/`, `:${proxy.port}/`);
    const web = await chaos.start("web", { DATABASE_URL: url, PODCORE_LOG_LEVEL: "silent" });
    const other = await chaos.start("node-postgres-server.ts", { DATABASE_URL: url });
    const page = { url: `${web.url}/podcasts/${id}` };
    const faults = (["refused", "closed", "reset", "silent", "frozen"] as const).slice(0, scale < 0.5 ? 2 : 5);
    const figures: Figure[] = [];
    for (const fault of faults) {
      await send(page);
      if (fault === "frozen") proxy.freeze();
      else {
        await proxy.setFault(fault satisfies Fault);
        proxy.cutAll("reset");
      }
      // Some traffic, so that the outage is noticed.
      const noticing = load([page], { perSecond: 5, until: sleep(OUTAGE_AFTER_MS), maxSeconds: 11 });
      await sleep(OUTAGE_AFTER_MS + 500);
      const [late, others] = await Promise.all([
        load([page], { perSecond: 20, until: sleep(3_000), maxSeconds: 3 }),
        load([{ url: `${other.url}/podcasts/${id}` }], { perSecond: 2, until: sleep(3_000), maxSeconds: 3 }),
      ]);
      const health = await send({ url: `${web.url}/health` });
      const early = await noticing;
      if (fault === "frozen") proxy.thaw();
      else await proxy.setFault("none");
      const first = await send(page);
      const slowest = Math.max(...late.map(({ elapsedMs }) => elapsedMs));
      const isTold = late.every(({ status, retryAfter }) => status === 503 && retryAfter !== undefined);
      const otherMs = Math.max(...others.map(({ elapsedMs }) => elapsedMs));
      figures.push(
        {
          what: `${fault}: answers from 10 s on (${tally(late)}), slowest (ms)`,
          measured: slowest.toFixed(0),
          target: "503 with Retry-After, <= 50",
          isMet:
            isTold &&
            percentile(
              late.map(({ elapsedMs }) => elapsedMs),
              0.99,
            ) <= 50,
          nodePostgres: `${otherMs.toFixed(0)} ms (${tally(others)})`,
        },
        {
          what: `${fault}: the first ten seconds' answers (${tally(early)}) without Retry-After`,
          measured: early.filter(({ status, retryAfter }) => status === 503 && retryAfter === undefined).length,
          target: 0,
          isMet: early.every(({ status, retryAfter }) => status !== 503 || retryAfter !== undefined),
        },
        { what: `${fault}: /health meanwhile`, measured: health.status, target: 200, isMet: health.status === 200 },
        {
          what: `${fault}: the first request when it is back`,
          measured: first.status,
          target: 200,
          isMet: first.status === 200,
        },
      );
      await sleep(500);
    }
    await proxy.close();
    return figures;
  },
};
