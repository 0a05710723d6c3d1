import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { type Config, SETTINGS } from "../config.ts";

type Proxies = Pick<Config, "trustedProxies">;
type Chain = Pick<Config, "trustedProxies" | "trustedHops">;
type Peer = { headers: IncomingHttpHeaders; remoteAddress: string | undefined };

// Parsed networks of each config; a process has one config.
const trusted = new WeakMap<object, BlockList>();
// Private, shared, loopback and link-local networks, which are the setting's default.
const privateNetworks = toBlockList(SETTINGS.PODCORE_TRUSTED_PROXIES[0].split(","));

/**
 * Returns the client's IP address: the connection's, or if that is a trusted proxy, the address that the outermost proxy
 * appended to X-Forwarded-For.
 *
 * Each proxy appends the address that it was called from. A client may have written what stands before these addresses.
 * So the walk starts at the end, passes addresses of trusted networks, and stops after `trustedHops` addresses. Networks
 * alone cannot tell a proxy from a load balancer that hides its clients. If the walk ends at a private address or a
 * proxy's, that one is returned, and isKnownAddress() is false for it. Empty if the address is unknown.
 */
export function clientAddress({ headers, remoteAddress = "" }: Peer, config: Chain): string {
  const proxies = trustedProxies(config);
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  let address = plain(remoteAddress);
  for (let hop = 0; hop < config.trustedHops && contains(proxies, address); hop += 1) {
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
  return isIP(address) !== 0 && !contains(trustedProxies(config), address) && !contains(privateNetworks, address);
}

function trustedProxies(config: Proxies): BlockList {
  const known = trusted.get(config);
  if (known !== undefined) return known;
  const list = toBlockList(config.trustedProxies);
  trusted.set(config, list);
  return list;
}

function toBlockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
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
