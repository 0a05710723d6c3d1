import { Agent, request } from "node:http";
import type { Bench, Row } from "../bench.ts";
import { preparePodcast } from "../crawler.ts";
import { compare, type Metrics, type Subject, type Table } from "../harness.ts";
import { bundleBaseline, type ServerProcess, startServer } from "../server-process.ts";

export default {
  name: "warm",
  about: "CPU time of a request over kept-alive connections, when the server has warmed up",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 15, budgetMs: 40_000 };
// What one measurement takes, whatever a request costs: long enough that a pause of the collector is one of several.
const SAMPLE_MS = 300;
// The compiler is done with most of what is hot by then; after a third of it, requests still cost twice as much.
const WARM_UP_MS = 4_000;
// Of the warm-up; from the last one comes how many requests a sample has room for.
const BATCH_SIZE = 100;
const NUM_CONNECTIONS = 4;

// Seven fields, as a list of episodes on a phone needs them.
const QUERY = `query ($id: String!) {
  podcastById(id: $id) { id title description imageUrl }
  episodes(podcastId: $id, first: 50) { edges { node { id title publishedAt mediaUrl durationSeconds imageUrl explicit } } }
}`;

type Ask = { path: string; body?: string };
type Target = { name: string; file: string; ask: Ask; environment?: Record<string, string> };

async function* run(bench: Bench): AsyncGenerator<Table> {
  const { databaseUrl, podcastId, podcastPath } = await preparePodcast(bench);
  const environment = { DATABASE_URL: databaseUrl };
  const bareHttp: Target = {
    name: "bare node:http",
    file: await bundleBaseline("bare-http", bench.directory),
    ask: { path: "/" },
  };
  const others: Target[] = [
    {
      name: "robots.txt (web-asset-get)",
      file: await bench.copyArtifact("web-asset-get"),
      ask: { path: "/robots.txt" },
    },
    {
      name: "page, hand-written http + postgres.js",
      file: await bundleBaseline("hand-written", bench.directory),
      ask: { path: podcastPath },
      environment,
    },
    {
      name: "page (web-podcast-get)",
      file: await bench.copyArtifact("web-podcast-get"),
      ask: { path: podcastPath },
      environment,
    },
    {
      name: "50 episodes (api-graphql)",
      file: await bench.copyArtifact("api-graphql"),
      ask: { path: "/graphql", body: JSON.stringify({ query: QUERY, variables: { id: podcastId } }) },
      environment,
    },
  ];
  const servers: ServerProcess[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: NUM_CONNECTIONS });

  async function open({ name, ask, ...start }: Target) {
    const server = await startServer({ ...start, path: "/health" });
    servers.push(server);
    const url = server.url + ask.path;
    const load = { url, body: ask.body, agent };
    const numRequests = await warmUp(load, bench.isQuick ? 0 : WARM_UP_MS);
    return { name, measure: () => measure(server, { ...load, numRequests }) };
  }

  const baseline = await open(bareHttp);
  const candidates: Subject[] = [];
  for (const target of others) candidates.push(await open(target));
  const comparison = await compare([baseline, ...candidates], bench.limits(LIMITS));
  agent.destroy();
  for (const server of servers) await server.stop();
  yield {
    title: `${SAMPLE_MS} ms of requests over ${NUM_CONNECTIONS} connections, CPU time of one, ${comparison.numRounds} rounds`,
    ...comparison,
  };
}

type Load = { url: string; body: string | undefined; agent: Agent; numRequests: number };

/** @returns how many requests make a sample */
async function warmUp(load: Omit<Load, "numRequests">, warmUpMs: number): Promise<number> {
  const endMs = performance.now() + warmUpMs;
  let batchMs: number;
  do {
    const startedAt = performance.now();
    await sendMany({ ...load, numRequests: BATCH_SIZE });
    batchMs = performance.now() - startedAt;
  } while (performance.now() < endMs);
  return Math.ceil((BATCH_SIZE * SAMPLE_MS) / batchMs);
}

async function measure(server: ServerProcess, load: Load): Promise<Metrics> {
  const before = server.usage();
  await sendMany(load);
  const after = server.usage();
  return {
    "cpu us": ((after.cpuMs - before.cpuMs) / load.numRequests) * 1_000,
    "rss MB": after.rssMegabytes,
  };
}

async function sendMany({ numRequests, ...ask }: Load): Promise<void> {
  const turns = Array(numRequests).keys();
  await Promise.all(
    Array.from({ length: NUM_CONNECTIONS }, async () => {
      for (const _ of turns) await send(ask);
    }),
  );
}

function send({ url, body, agent }: Omit<Load, "numRequests">): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body ?? "") };
    const sent = request(url, body === undefined ? { agent } : { agent, method: "POST", headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`Cannot ask "${url}": ${response.statusCode}`));
      response.resume().once("end", resolve).once("error", reject);
    });
    sent.once("error", reject).end(body);
  });
}
