import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { untilAborted } from "../deadline.ts";
import { isAllowedPort, type Vet } from "./address.ts";
import { hostOf, openSocket, secure } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { FetchError, type FetchErrorKind } from "./errors.ts";
import { type Headers, readHeaders } from "./headers.ts";
import { type Address, type Resolve, resolveHost } from "./resolve-host.ts";

/** Upper bounds of the steps of one request; the deadline of the whole fetch comes on top. */
export type Phases = { dnsMs: number; connectMs: number; tlsMs: number; headersMs: number };

export type Network = { vet: Vet; resolve: Resolve; phases: Phases };

/** One request of a chain. `url` is http or https and carries no credentials. */
export type Hop = { url: URL; headers: Record<string, string>; maxBytes: number; deadline: Deadline };

/** `body` is as it came over the wire, and empty unless the status is 2xx: no other is read. */
export type HopReply = { status: number; headers: Headers; body: Buffer };

// Enough for the longest policies that sites send; node's own 16 KiB would refuse some.
const MAX_HEADER_BYTES = 64 * 1024;
// A server that sends hints sends one or two.
const MAX_INFORMATIONAL = 16;

/** Makes one GET over a connection of its own, to a vetted address only, and closes it. Throws FetchError. */
export async function requestOnce(network: Network, hop: Hop): Promise<HopReply> {
  const { url, deadline } = hop;
  const { phases } = network;
  const port = portOf(url);
  if (!isAllowedPort(port)) {
    throw new FetchError("blocked-port", { url: url.href, detail: `port ${port} is not for feeds` });
  }

  deadline.step(`address of "${url.hostname}"`, phases.dnsMs);
  const addresses = await attempt("dns", {
    hop,
    failed: "Name lookup failed",
    work: () => findAddresses(network, hop),
  });
  deadline.step(`connection to "${url.hostname}"`, phases.connectMs);
  const socket = await attempt("connect", {
    hop,
    failed: "Connection failed",
    work: () => openSocket({ url, port, addresses, signal: deadline.signal }),
  });
  try {
    // The name server cannot have cheated by now, the kernel's routes still can: 0.0.0.0 is the host itself.
    if (!network.vet(socket.remoteAddress ?? "")) throw blockedAddress(url);
    deadline.step(`TLS session with "${url.hostname}"`, phases.tlsMs);
    const stream =
      url.protocol === "https:"
        ? await attempt("tls", { hop, failed: "TLS failed", work: () => secure(socket, url) })
        : socket;
    deadline.step(`complete headers from "${url.hostname}"`, phases.headersMs);
    return await attempt("bad-reply", { hop, failed: "Broken reply", work: () => exchange(stream, hop) });
  } finally {
    deadline.endStep();
    socket.destroy();
  }
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

type Attempt<T> = { hop: Hop; failed: string; work: () => Promise<T> };

/** Runs a step so that it fails with a FetchError: the deadline's when that has passed, else one of the kind given. */
async function attempt<T>(kind: FetchErrorKind, { hop, failed, work }: Attempt<T>): Promise<T> {
  const { signal } = hop.deadline;
  try {
    return await untilAborted(signal, work());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof FetchError) throw error;
    // No cause: all of it is in the message, and that of a parse error holds the bytes received.
    throw new FetchError(kind, { url: hop.url.href, detail: `${failed}: ${describe(error)}` });
  }
}

// Parsers and OpenSSL put the readable part into `reason`; a failure of several addresses has a code and no message.
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("reason" in error) return String(error.reason);
  if (error.message !== "") return error.message;
  return "code" in error ? String(error.code) : error.name;
}

async function findAddresses({ vet, resolve, phases }: Network, { url, deadline }: Hop): Promise<Address[]> {
  const found = await resolveHost(hostOf(url), { resolve, timeoutMs: phases.dnsMs, signal: deadline.signal });
  if (found.length === 0) throw new FetchError("dns", { url: url.href, detail: "the name has no address" });
  const vetted = found.filter(({ address }) => vet(address));
  if (vetted.length === 0) throw blockedAddress(url);
  return vetted;
}

function blockedAddress(url: URL): FetchError {
  return new FetchError("blocked-address", {
    url: url.href,
    detail: `"${url.hostname}" is not on the public internet`,
  });
}

function exchange(stream: Socket, { url, headers, maxBytes, deadline }: Hop): Promise<HopReply> {
  return new Promise((resolve, reject) => {
    // No agent is involved, so neither are its sockets, and no proxy that the environment names.
    const outgoing = request({
      createConnection: () => stream,
      method: "GET",
      path: url.pathname + url.search,
      setHost: false,
      headers: { Host: url.host, ...headers },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    let numInformational = 0;
    outgoing.on("information", () => {
      numInformational += 1;
      if (numInformational > MAX_INFORMATIONAL) outgoing.destroy(new Error("the server sends only interim replies"));
    });
    outgoing.once("upgrade", () => reject(new Error("the server switches to another protocol")));
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => {
      deadline.endStep();
      const status = incoming.statusCode ?? 0;
      const headers = readHeaders(incoming.rawHeaders);
      // Settled at once, so that a body where none may be (304) is not even an error; the connection ends here anyway.
      if (status < 200 || status > 299) resolve({ status, headers, body: Buffer.alloc(0) });
      else readBody(incoming, { url, maxBytes }).then((body) => resolve({ status, headers, body }), reject);
    });
    outgoing.end();
  });
}

async function readBody(incoming: IncomingMessage, { url, maxBytes }: { url: URL; maxBytes: number }): Promise<Buffer> {
  const tooLarge = () => new FetchError("too-large", { url: url.href, detail: `the body is over ${maxBytes} bytes` });
  if (Number(incoming.headers["content-length"]) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let numBytes = 0;
  for await (const chunk of incoming) {
    numBytes += chunk.length;
    if (numBytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, numBytes);
}
