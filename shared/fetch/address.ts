import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Returns true if a fetch may connect to a port of an IP address. */
export type Vet = (address: string, port: number) => boolean;

// Ports >= 1024 of services other than web servers, which feeds must not make the crawler talk to: databases, queues and
// cluster services of internal networks, and the ports on the WHATWG list of bad ports.
const SERVICE_PORTS = new Set([
  1433, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 4222, 5060,
  5061, 5432, 5433, 5671, 5672, 5900, 5984, 6000, 6379, 6380, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  7199, 8125, 9042, 9092, 9160, 9200, 9300, 10080, 10250, 10255, 11211, 26379, 27017, 27018, 27019, 61616,
]);

export function isAllowedPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !SERVICE_PORTS.has(port));
}

/**
 * Makes the rule for which addresses may be reached: global unicast addresses and the networks that the operator allows.
 *
 * @param allow CIDRs, optionally with a port, such as `["10.1.0.0/16", "::1/128:8080"]`
 * @throws Error for an invalid CIDR
 */
export function createVet(allow: string[]): Vet {
  const networks = allow.map(readNetwork);

  return (address, port) => {
    // ipaddr's own check is not enough: it accepts "0177.1" and zone IDs.
    if (isIP(address) === 0 || address.includes("%")) return false;
    const ip = ipaddr.process(address);
    return (
      isGlobal(ip) ||
      networks.some(
        ({ address: network, bits, port: only }) =>
          network.kind() === ip.kind() && ip.match(network, bits) && (only === undefined || only === port),
      )
    );
  };
}

type Network = { address: ipaddr.IPv4 | ipaddr.IPv6; bits: number; port: number | undefined };
function readNetwork(text: string): Network {
  const [cidr, port] = text.split(/(?<=\/\d{1,3}):/);
  const [address, bits] = ipaddr.parseCIDR(cidr ?? text);
  return { address, bits, port: port === undefined ? undefined : Number(port) };
}

function isGlobal(ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (ip instanceof ipaddr.IPv4) return ip.range() === "unicast";
  const inner = embedded(ip.toByteArray());
  if (inner.length > 0) return inner.every((bytes) => new ipaddr.IPv4(bytes).range() === "unicast");
  // IANA has assigned only 2000::/3; ipaddr also calls the unassigned rest unicast.
  return ip.range() === "unicast" && ((ip.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/** Returns the IPv4 addresses that packets to an IPv6 address may reach. The caller has unwrapped IPv4-mapped addresses. */
function embedded(bytes: number[]): number[][] {
  const startsWith = (...prefix: number[]) => prefix.every((byte, index) => bytes[index] === byte);
  // NAT64, RFC 6052: 64:ff9b::/96
  if (startsWith(0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return [bytes.slice(12)];
  // 6to4, RFC 3056: 2002::/16
  if (startsWith(0x20, 0x02)) return [bytes.slice(2, 6)];
  // Teredo, RFC 4380: 2001::/32, the server, and the client with its bits inverted
  if (startsWith(0x20, 0x01, 0, 0)) return [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)];
  return [];
}
