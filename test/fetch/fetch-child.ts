import { setTimeout as sleep } from "node:timers/promises";
import { FetchError } from "../../shared/fetch/errors.ts";
import { createFetch } from "../../shared/fetch/fetch.ts";

// Fetches all URLs of its arguments at the same time in a process of its own, so that its memory, environment and open
// handles can be looked at, and prints what became of each as JSON.

const fetch = createFetch({
  allow: ["127.0.0.0/8"],
  userAgent: "podcore/test",
  phases: { headersMs: 300, tlsMs: 300, connectMs: 300, dnsMs: 300 },
});
const [warmUpUrls = [], urls = []] = process.argv.slice(2).map((argument) => argument.split(" ").filter(Boolean));

await Promise.all(warmUpUrls.map(fetchOne));
const startBytes = process.memoryUsage.rss();
let peakBytes = startBytes;
const sampler = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 2);
const results = await Promise.all(urls.map(fetchOne));
clearInterval(sampler);
peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
// The close events of destroyed sockets come in the next turns.
await sleep(20);
const resources = process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap");
console.log(JSON.stringify({ results, growthMb: (peakBytes - startBytes) / 2 ** 20, resources }));

async function fetchOne(url: string): Promise<string | number> {
  try {
    return (await fetch({ url })).status;
  } catch (error) {
    if (error instanceof FetchError) return error.kind;
    throw error;
  }
}
