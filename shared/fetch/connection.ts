import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "./resolve-host.ts";

type Target = { url: URL; port: number; addresses: Address[]; signal: AbortSignal };

// Before the connection to one of several addresses is given up for the next. The last gets what time remains.
const ATTEMPT_TIMEOUT_MS = 1000;

/** Connects to the first of the addresses that answers. The socket does not outlive the signal. */
export function openSocket({ url, port, addresses, signal }: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostOf(url),
      port,
      // Only what was vetted is dialled: no name is looked up a second time.
      lookup: (_host, _options, callback) => callback(null, addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
      noDelay: true,
      signal,
    });
    socket.once("connect", () => resolve(socket));
    // Stays for the socket's life: an error that comes late must find a listener.
    socket.on("error", reject);
  });
}

/** Sets up TLS over a connected socket, with a certificate that holds for the host of `url`. */
export function secure(socket: Socket, url: URL): Promise<Socket> {
  const host = hostOf(url);
  // RFC 6066 3: no trailing dot in the server's name, and no name at all for an address.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, "") : "";
  return new Promise((resolve, reject) => {
    // Said here, NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment does not count.
    const stream = connectTls({ socket, host, servername, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true });
    stream.once("secureConnect", () => resolve(stream));
    stream.once("close", () => reject(new Error("the connection closed before TLS was set up")));
    stream.on("error", reject);
  });
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
