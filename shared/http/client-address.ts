import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { createNetworks } from "../address.ts";
import { type Config, SETTINGS } from "../config.ts";

type Proxies = Pick<Config, "trustedProxies">;
type Chain = Pick<Config, "trustedProxies" | "trustedHops">;
type IsWithin = (address: string) => boolean;
type Peer = { headers: IncomingHttpHeaders; remoteAddress: string | undefined };

// Parsed networks of each config; a process has one config.
const trusted = new WeakMap<object, IsWithin>();
// Private, shared, loopback and link-local networks, which are the setting's default.
const isPrivate = createNetworks(SETTINGS.PODCORE_TRUSTED_PROXIES[0].split(","));

/**
 * Returns the client's IP address: the connection's, or if that is a trusted proxy, the address that the outermost
 * proxy appended to X-Forwarded-For.
 *
 * Each proxy appends the address that it was called from. A client may have forged the addresses before those. So the
 * walk starts at the end, passes addresses of trusted networks, and stops after `trustedHops` addresses. Networks alone
 * cannot tell a proxy from a load balancer that hides its clients. If the walk ends at a private address or a proxy's,
 * that one is returned, and isKnownAddress() is false for it. Empty if the address is unknown.
 */
export function clientAddress({ headers, remoteAddress = "" }: Peer, config: Chain): string {
  const isProxy = trustedProxies(config);
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  let address = plain(remoteAddress);
  for (let hop = 0; hop < config.trustedHops && isProxy(address); hop += 1) {
    const before = plain(forwarded.pop() ?? "");
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/**
 * Returns true if an address distinguishes clients. A private address or a proxy's does not: behind a load balancer
 * that hides its clients (Kubernetes' externalTrafficPolicy: Cluster), all clients have the same one.
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
