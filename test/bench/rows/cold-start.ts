import { join } from "node:path";
import { type Bench, ROOT, type Row } from "../bench.ts";
import { preparePodcast } from "../crawler.ts";
import { compare, type Subject, type Table } from "../harness.ts";
import { bundleBaseline, startServer } from "../server-process.ts";

export default {
  name: "cold-start",
  about: "from exec to the first 200, its CPU time, and the memory after it",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 15, budgetMs: 25_000 };
// Of the page, before its functions are written into a code cache.
const NUM_CACHE_REQUESTS = 3;
// The image's.
const LAUNCHER = join(ROOT, "knative/image/launch.cjs");

async function* run(bench: Bench): AsyncGenerator<Table> {
  const { databaseUrl, podcastPath } = await preparePodcast(bench);
  const environment = { DATABASE_URL: databaseUrl };
  const bareHttp = await bundleBaseline("bare-http", bench.directory);
  const handWritten = await bundleBaseline("hand-written", bench.directory);
  const plain = await bench.copyArtifact("web-podcast-get");
  const cached = await bench.copyArtifact("web-podcast-get");
  await writeCodeCache(cached, { environment, path: podcastPath });
  const inImage = { file: cached, launcher: [LAUNCHER] };

  const health = await compare(
    [
      subject("bare node:http", { file: bareHttp, path: "/health" }),
      subject("web-podcast-get", { file: plain, path: "/health", environment }),
      subject("web-podcast-get as in the image", { ...inImage, path: "/health", environment }),
    ],
    bench.limits(LIMITS),
  );
  yield { title: `first 200 on /health, ${health.numRounds} rounds`, ...health };

  const page = await compare(
    [
      subject("hand-written http + postgres.js", { file: handWritten, path: podcastPath, environment }),
      subject("web-podcast-get", { file: plain, path: podcastPath, environment }),
      subject("web-podcast-get as in the image", { ...inImage, path: podcastPath, environment }),
    ],
    bench.limits(LIMITS),
  );
  yield { title: `first page of a podcast with 50 episodes, ${page.numRounds} rounds`, ...page };
}

type Start = Parameters<typeof startServer>[0];

async function writeCodeCache(file: string, { path, environment }: Omit<Start, "file">): Promise<void> {
  const server = await startServer({ file, launcher: [LAUNCHER, "--write-cache"], path, environment });
  for (let i = 0; i < NUM_CACHE_REQUESTS; i++) await (await fetch(server.url + path)).text();
  await server.stop();
}

function subject(name: string, start: Start): Subject {
  return {
    name,
    measure: async () => {
      const server = await startServer(start);
      const { cpuMs, rssMegabytes } = server.usage();
      await server.stop();
      return { ms: server.startMs, "cpu ms": cpuMs, "rss MB": rssMegabytes };
    },
  };
}
