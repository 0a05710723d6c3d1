// What a crawl cannot do without: fetch, inflate, decode and digest the same bytes. POST it a list of URLs.
import { createHash } from "node:crypto";
import { createServer, get } from "node:http";
import { buffer, json } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

// As many as a tick has in flight.
const CONCURRENCY = 20;

const server = createServer(async (request, response) => {
  if (request.method !== "POST") return void response.end();
  // The crawl row sends nothing else.
  const urls = (await json(request)) as string[];
  let numBytes = 0;
  const queue = urls.values();
  const digests: string[] = [];
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const url of queue) {
        const body = await promisify(gunzip)(await download(url));
        digests.push(createHash("sha256").update(body).digest("hex"));
        numBytes += new TextDecoder().decode(body).length;
      }
    }),
  );
  response.end(JSON.stringify({ numBytes, numFeeds: new Set(digests).size }));
});
server.listen(Number(process.env.PORT), process.env.HOST);

function download(url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { "accept-encoding": "gzip" } }, (response) =>
      buffer(response).then(resolve, reject),
    ).on("error", reject);
  });
}
