import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { untilAborted } from "../deadline.ts";
import { isAllowedPort, type Vet } from "./address.ts";
import { hostOf, openSocket, secure } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { FetchError, type FetchErrorKind } from "./errors.ts";
import { withUsualHeads } from "./head-lines.ts";
import { type Headers, readHeaders } from "./headers.ts";
import { type Address, type Resolve, resolveHost } from "./resolve-host.ts";

/** Timeouts of the steps of one request. The deadline of the whole fetch also applies. */
export type Phases = { dnsMs: number; connectMs: number; tlsMs: number; headersMs: number };

export type Network = { vet: Vet; resolve: Resolve; phases: Phases };

/** One request of a redirect chain. `url` is http or https and has no credentials. */
export type Hop = {
  url: URL;
  headers: Record<string, string>;
  /** Posted instead of sending a GET. */
  form: string | undefined;
  maxBytes: number;
  deadline: Deadline;
};

/** `body` is still encoded. It is empty unless the status is 2xx, because other bodies are not read. */
export type HopReply = { status: number; headers: Headers; body: Buffer };

// Enough for the longest security policies that sites send. Node's default of 16 KiB would refuse some.
const MAX_HEADER_BYTES = 64 * 1024;
// Servers that send 1xx responses send one or two.
const MAX_INFORMATIONAL = 16;

/** Sends one request over a new connection to a vetted address, then closes the connection. @throws FetchError */
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
    work: () => findAddresses(network, { hop, port }),
  });
  deadline.step(`connection to "${url.hostname}"`, phases.connectMs);
  const socket = await attempt("connect", {
    hop,
    failed: "Connection failed",
    work: () => openSocket({ url, port, addresses, signal: deadline.signal }),
  });
  try {
    // The resolved addresses were vetted, but the kernel may connect elsewhere: 0.0.0.0 is this host.
    if (!network.vet(socket.remoteAddress ?? "", port)) throw blockedAddress(url);
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

/** Runs a step and turns its failure into a FetchError: the deadline's error if that has passed, else one of `kind`. */
async function attempt<T>(kind: FetchErrorKind, { hop, failed, work }: Attempt<T>): Promise<T> {
  const { signal } = hop.deadline;
  try {
    return await untilAborted(signal, work());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof FetchError) throw error;
    // Sets no cause: the message has all of it, and a parse error's cause would contain the received bytes.
    throw new FetchError(kind, { url: hop.url.href, detail: `${failed}: ${describe(error)}` });
  }
}

// Parsers and OpenSSL put the readable part in `reason`. If several addresses failed, the error has a code but no message.
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("reason" in error) return String(error.reason);
  if (error.message !== "") return error.message;
  return "code" in error ? String(error.code) : error.name;
}

async function findAddresses(
  { vet, resolve, phases }: Network,
  { hop: { url, deadline }, port }: { hop: Hop; port: number },
): Promise<Address[]> {
  const found = await resolveHost(hostOf(url), { resolve, timeoutMs: phases.dnsMs, signal: deadline.signal });
  if (found.length === 0) throw new FetchError("dns", { url: url.href, detail: "the name has no address" });
  const vetted = found.filter(({ address }) => vet(address, port));
  if (vetted.length === 0) throw blockedAddress(url);
  return vetted;
}

function blockedAddress(url: URL): FetchError {
  return new FetchError("blocked-address", {
    url: url.href,
    detail: `"${url.hostname}" is not on the public internet`,
  });
}

function exchange(stream: Socket, { url, headers, form, maxBytes, deadline }: Hop): Promise<HopReply> {
  return new Promise((resolve, reject) => {
    // Uses no agent, so no pooled sockets and no proxy from the environment.
    const outgoing = request({
      createConnection: () => withUsualHeads(stream),
      method: form === undefined ? "GET" : "POST",
      path: url.pathname + url.search,
      setHost: false,
      headers: {
        Host: url.host,
        ...headers,
        ...(form !== undefined && {
          "Content-Type": "application/x-www-form-urlencoded",
          "Content-Length": String(Buffer.byteLength(form)),
        }),
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      // Takes what browsers take: control characters in values, bare line feeds, Content-Length beside chunks. Two readings
      // of one reply are a danger where connections are reused or shared. This one serves a single request.
      insecureHTTPParser: true,
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
      // Resolves without reading the body, so that a forbidden body (304) is not an error. The connection closes anyway.
      if (status < 200 || status > 299) resolve({ status, headers, body: Buffer.alloc(0) });
      else readBody(incoming, { url, maxBytes }).then((body) => resolve({ status, headers, body }), reject);
    });
    outgoing.end(form);
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
