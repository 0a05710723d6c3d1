import { isIP } from "node:net";
import { createNetworks, isGlobal } from "../address.ts";

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
    // A zone (fe80::1%eth0) names one of this host's own networks.
    if (isIP(address) === 0 || address.includes("%")) return false;
    return (
      isGlobal(address) || networks.some(({ holds, only }) => holds(address) && (only === undefined || only === port))
    );
  };
}

function readNetwork(text: string): { holds(address: string): boolean; only: number | undefined } {
  const [cidr = text, port] = text.split(/(?<=\/\d{1,3}):/);
  return { holds: createNetworks([cidr]), only: port === undefined ? undefined : Number(port) };
}
