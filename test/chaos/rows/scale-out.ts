import type { ChaosProcess, ChaosRow } from "../chaos.ts";
import { percentile, send, tally } from "../load.ts";

const NUM_PROCESSES = 100;
const MAX_CONNECTIONS = 40;

/** More processes than the server has connections: all are answered. */
export const scaleOut: ChaosRow = {
  name: "scale-out",
  about: `${NUM_PROCESSES} processes with a connection and a request each, against max_connections ${MAX_CONNECTIONS}`,
  async run(chaos, scale) {
    const num = Math.max(10, Math.round(NUM_PROCESSES * scale));
    const max = Math.max(7, Math.round(MAX_CONNECTIONS * scale));
    const database = await chaos.startDatabase({ max_connections: max });
    const [id] = await chaos.addPodcasts(database.url, 1);
    // The row's own connections, which it does not need now.
    await database.sql.end();
    const environment = { DATABASE_URL: database.url, DATABASE_CONNECTIONS: "1", PODCORE_LOG_LEVEL: "error" };
    // A role that is no superuser: those have connections of their own.
    const processes: ChaosProcess[] = [];
    for (let i = 0; i < num; i += 10) {
      processes.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(10, num - i) }, () => chaos.start("web-podcast-get", environment)),
        )),
      );
    }
    const burst = () => Promise.all(processes.map(({ url }) => send({ url: `${url}/podcasts/${id}` })));
    const first = await burst();
    const second = await burst();
    for (const { kill } of processes) kill("SIGTERM");
    await Promise.all(processes.map(({ exited }) => exited));
    const others: ChaosProcess[] = [];
    for (let i = 0; i < num; i += 10) {
      others.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(10, num - i) }, () => chaos.start("node-postgres-server.ts", environment)),
        )),
      );
    }
    const theirs = await Promise.all(others.map(({ url }) => send({ url: `${url}/podcasts/${id}` })));
    for (const { kill } of others) kill("SIGKILL");
    return [first, second].map((answers, i) => {
      const numFailed = answers.filter(({ status }) => status !== 200).length;
      const slowest =
        percentile(
          answers.map(({ elapsedMs }) => elapsedMs),
          1,
        ) / 1_000;
      return {
        what: `burst ${i + 1} of ${num} on ${max} connections (${tally(answers)}; slowest ${slowest.toFixed(1)} s): failed`,
        measured: numFailed,
        target: 0,
        isMet: numFailed === 0,
        ...(i === 0 && { nodePostgres: theirs.filter(({ status }) => status !== 200).length }),
      };
    });
  },
};
