import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What becomes of a new connection. */
export type Fault =
  | "none"
  /** Nobody listens. */
  | "refused"
  /** It is accepted, and nothing is ever said. */
  | "silent"
  /** It is accepted and closed at once. */
  | "closed"
  /** It is accepted and reset at once. */
  | "reset"
  /** It is closed when the server has sent its first bytes, in the middle of the login. */
  | "cut-in-login";

export type FaultProxy = {
  port: number;
  /** How many connections are open. */
  numOpen(): number;
  setFault(fault: Fault): Promise<void>;
  /** Ends all open connections, by FIN or RST. */
  cutAll(how: "closed" | "reset"): void;
  /** Ends the next connection whose server has sent so many bytes from now on. */
  cutAfter(numBytes: number): void;
  /** Stops handing anything on, in both directions, on what is open and what comes; `thaw` goes on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

/** Starts a TCP proxy on 127.0.0.1 that fails as it is told. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const pairs = new Set<{ client: Socket; server: Socket | undefined }>();
  let fault: Fault = "none";
  let isFrozen = false;
  let bytesLeft = Number.POSITIVE_INFINITY;
  let listener: Server | undefined;

  function accept(client: Socket): void {
    client.on("error", () => {});
    if (fault === "closed") return void client.end();
    if (fault === "reset") return void client.resetAndDestroy();
    const pair: { client: Socket; server: Socket | undefined } = { client, server: undefined };
    pairs.add(pair);
    client.on("close", () => {
      pairs.delete(pair);
      pair.server?.destroy();
    });
    if (fault === "silent") return;
    const cutsInLogin = fault === "cut-in-login";
    const server = connect(target);
    pair.server = server;
    server.on("error", () => client.destroy());
    server.on("close", () => client.end());
    client.on("data", (chunk) => server.write(chunk));
    server.on("data", (chunk: Buffer) => {
      if (cutsInLogin) return void client.end();
      bytesLeft -= chunk.length;
      if (bytesLeft < 0) {
        const kept = chunk.length + bytesLeft;
        bytesLeft = Number.POSITIVE_INFINITY;
        client.end(chunk.subarray(0, kept));
        return;
      }
      client.write(chunk);
    });
    if (isFrozen) pause(pair);
  }

  function pause({ client, server }: { client: Socket; server: Socket | undefined }): void {
    client.pause();
    server?.pause();
  }

  async function listen(port: number): Promise<number> {
    listener = createServer(accept).listen(port, "127.0.0.1");
    await once(listener, "listening");
    // A server that listens on TCP has an AddressInfo.
    return (listener.address() as AddressInfo).port;
  }

  const port = await listen(0);
  return {
    port,
    numOpen: () => pairs.size,
    async setFault(next) {
      if (next === "refused" && listener !== undefined) {
        listener.close();
        listener = undefined;
      }
      if (next !== "refused" && listener === undefined) await listen(port);
      fault = next;
    },
    cutAll(how) {
      for (const { client } of pairs) how === "reset" ? client.resetAndDestroy() : client.end();
    },
    cutAfter(numBytes) {
      bytesLeft = numBytes;
    },
    freeze() {
      isFrozen = true;
      for (const pair of pairs) pause(pair);
    },
    thaw() {
      isFrozen = false;
      for (const { client, server } of pairs) {
        client.resume();
        server?.resume();
      }
    },
    async close() {
      for (const { client } of pairs) client.destroy();
      listener?.close();
    },
  };
}
