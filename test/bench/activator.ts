import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerProcess, startServer } from "./server-process.ts";

export type Activator = {
  url: string;
  /** Waits until all that was asked is answered, and stops the server: the next request starts it anew. */
  scaleToZero(): Promise<void>;
  /** Waits until all that was asked is answered. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** Stands before an artifact as Knative's activator does: holds a request until a process is there to take it. */
export async function startActivator(start: Parameters<typeof startServer>[0]): Promise<Activator> {
  let running: Promise<ServerProcess> | undefined;
  const inHand = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    running ??= startServer(start);
    const passed = running.then(({ url }) => pass(request, { response, url })).finally(() => inHand.delete(passed));
    inHand.add(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on a TCP port has an address of this form.
  const { port } = server.address() as AddressInfo;

  async function settle(): Promise<void> {
    while (inHand.size > 0) await Promise.all(inHand);
  }
  async function scaleToZero(): Promise<void> {
    await settle();
    await (await running)?.stop();
    running = undefined;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    settle,
    scaleToZero,
    async close() {
      await scaleToZero();
      server.closeAllConnections();
      server.close();
    },
  };
}

function pass(request: IncomingMessage, { response, url }: { response: ServerResponse; url: string }): Promise<void> {
  const { method, headers, url: path = "/" } = request;
  return new Promise((resolve, reject) => {
    const upstream = forward(url + path, { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response).once("finish", resolve);
    });
    upstream.once("error", reject);
    request.pipe(upstream);
  });
}
