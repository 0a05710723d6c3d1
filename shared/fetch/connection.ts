import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "./resolve-host.ts";

type Target = { url: URL; port: number; addresses: Address[]; signal: AbortSignal };

// Time to try one of several addresses before the next. The last address gets the remaining time.
const ATTEMPT_TIMEOUT_MS = 1000;

/** Connects to the first address that answers. Aborting `signal` destroys the socket. */
export function openSocket({ url, port, addresses, signal }: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostOf(url),
      port,
      // Uses only the vetted addresses, without a second name lookup.
      lookup: (_host, _options, callback) => callback(null, addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
      noDelay: true,
      signal,
    });
    socket.once("connect", () => resolve(socket));
    // Stays attached for the socket's life, because a late error without a listener would end the process.
    socket.on("error", reject);
  });
}

/** Sets up TLS on a connected socket and verifies the certificate for the host of `url`. */
export function secure(socket: Socket, url: URL): Promise<Socket> {
  const host = hostOf(url);
  // RFC 6066 3: no trailing dot in the server's name, and no name at all for an address.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, "") : "";
  return new Promise((resolve, reject) => {
    // An explicit rejectUnauthorized overrides NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment.
    const stream = connectTls({ socket, host, servername, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true });
    stream.once("secureConnect", () => resolve(stream));
    stream.once("close", () => reject(new Error("the connection closed before TLS was set up")));
    stream.on("error", reject);
  });
}

/** Returns a URL's host; an IPv6 address has no brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
