import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { createNetworks } from "../address.ts";
import { type Config, SETTINGS } from "../config.ts";

type Proxies = Pick<Config, "trustedProxies">;
type IsWithin = (address: string) => boolean;
type Peer = { headers: IncomingHttpHeaders; remoteAddress: string | undefined };

// Parsed networks of each config; a process has one config.
const trusted = new WeakMap<object, IsWithin>();
// Private, shared, loopback and link-local networks, which are the setting's default.
const isPrivate = createNetworks(SETTINGS.PODCORE_TRUSTED_PROXIES[0].split(","));

/**
 * Returns the client's IP address: the connection's, or if that is a trusted proxy, the last address in X-Forwarded-For
 * that is not. Proxies are recognized by their networks, because their number varies. Empty if the address is unknown.
 */
export function clientAddress({ headers, remoteAddress = "" }: Peer, config: Proxies): string {
  const isProxy = trustedProxies(config);
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  let address = plain(remoteAddress);
  while (isProxy(address)) {
    const before = plain(forwarded.pop() ?? "");
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/**
 * Returns true if an address distinguishes clients. A private address or a proxy's does not: behind a load balancer that
 * hides its clients (Kubernetes' externalTrafficPolicy: Cluster), all clients have the same one.
 */
export function isKnownAddress(address: string, config: Proxies): boolean {
  return isIP(address) !== 0 && !trustedProxies(config)(address) && !isPrivate(address);
}

function trustedProxies(config: Proxies): IsWithin {
  const known = trusted.get(config);
  if (known !== undefined) return known;
  const isProxy = createNetworks(config.trustedProxies);
  trusted.set(config, isProxy);
  return isProxy;
}

/** Removes brackets, port, zone, and the prefix of IPv4-mapped IPv6 addresses. */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/%.*/s, "");
  const withoutPort = /^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(":")) : address;
  return withoutPort.replace(/^::ffff:(?=\d+\.)/i, "");
}
