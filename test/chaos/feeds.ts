import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { rss } from "../support/feed.ts";

export type Served = { path: string; at: number; headers: IncomingHttpHeaders };
export type Feeds = {
  urls: string[];
  /** Every GET, in the order it came. */
  requests: Served[];
  /** The guids that a feed has served so far. */
  guidsOf(path: string): string[];
  close(): void;
};

// What a feed shows of its newest items: an item that is never stored is lost once it has left.
const WINDOW = 10;

/**
 * Serves feeds on loopback that grow: with each GET a feed has another item with probability `growth`, and shows its
 * newest ten. The ledger knows every guid that was ever served.
 */
export async function startFeeds({ numFeeds, growth = 0 }: { numFeeds: number; growth?: number }): Promise<Feeds> {
  // Rows may serve several lots of feeds.
  const lot = randomUUID();
  const guidOf = (path: string, number: number) => `${lot}${path}#${number}`;
  const numItems = new Map<string, number>();
  const requests: Served[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push({ path, at: Date.now(), headers: request.headers });
    const num = (numItems.get(path) ?? 1) + (Math.random() < growth ? 1 : 0);
    numItems.set(path, num);
    const items = Array.from({ length: Math.min(num, WINDOW) }, (_, i) => ({ guid: guidOf(path, num - i) }));
    response.writeHead(200, { "content-type": "application/rss+xml" }).end(rss({ title: `Show ${path}`, items }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    urls: Array.from({ length: numFeeds }, (_, i) => `http://127.0.0.1:${port}/${i}.xml`),
    requests,
    guidsOf: (path) => Array.from({ length: numItems.get(path) ?? 0 }, (_, i) => guidOf(path, i + 1)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
