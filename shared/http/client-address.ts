import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { type Config, SETTINGS } from "../config.ts";

type Proxies = Pick<Config, "trustedProxies">;
type Peer = { headers: IncomingHttpHeaders; remoteAddress: string | undefined };

// Parsed once for each set of settings, which a process has one of.
const trusted = new WeakMap<object, BlockList>();
// Private, shared, loopback and link-local networks: the default of the setting.
const privateNetworks = toBlockList(SETTINGS.PODCORE_TRUSTED_PROXIES[0].split(","));

/**
 * The client's IP address: the connection's, or where that is a proxy's, the last one in X-Forwarded-For that is not.
 * How many proxies there are varies, so they are known by their networks, not counted. Empty where nothing is known.
 */
export function clientAddress({ headers, remoteAddress = "" }: Peer, config: Proxies): string {
  const proxies = trustedProxies(config);
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  let address = plain(remoteAddress);
  while (contains(proxies, address)) {
    const before = plain(forwarded.pop() ?? "");
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/**
 * True if a client's address tells one client from another. An address that is private or a proxy's does not: behind a
 * load balancer that hides its clients (Kubernetes' externalTrafficPolicy: Cluster) all of them have it.
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

/** Without the spelling of IPv4 in IPv6, brackets, port and zone. */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/%.*/s, "");
  const withoutPort = /^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(":")) : address;
  return withoutPort.replace(/^::ffff:(?=\d+\.)/i, "");
}
