import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";

export type Address = { address: string; family: number };
export type Resolve = (host: string, limits: Limits) => Promise<Address[]>;
type Limits = { timeoutMs: number; signal: AbortSignal };

// Limit for each address family. Without it, a name server could make us try thousands of hosts.
const MAX_ADDRESSES = 4;

/** Returns a host's addresses: the host itself if it is an address (IPv6 without brackets), loopback, or `resolve`'s. */
export async function resolveHost(
  host: string,
  { resolve, ...limits }: Limits & { resolve: Resolve },
): Promise<Address[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  // RFC 6761 6.3: never ask a name server for these names.
  if (/^(.*\.)?localhost\.?$/.test(host)) return LOOPBACK;
  return await resolve(host, limits);
}

const LOOPBACK: Address[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Queries the name servers in /etc/resolv.conf for A and AAAA records. Does not use `dns.lookup`, which cannot be cancelled
 * and would block one of the four threads that decoding and hashing also need. Tries no search domains.
 */
export async function askNameServers(host: string, { timeoutMs, signal }: Limits): Promise<Address[]> {
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 4), tries: 2 });
  // Cancels shortly before the deadline, so that one family's answer counts even if the other's never arrives.
  const cancel = () => resolver.cancel();
  const timer = setTimeout(cancel, timeoutMs * 0.9);
  signal.addEventListener("abort", cancel);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  clearTimeout(timer);
  signal.removeEventListener("abort", cancel);

  if (v4.status === "rejected" && v6.status === "rejected") throw v4.reason;
  return [...list(v4, 4), ...list(v6, 6)];
}

function list(answer: PromiseSettledResult<string[]>, family: number): Address[] {
  if (answer.status === "rejected") return [];
  return answer.value.slice(0, MAX_ADDRESSES).map((address) => ({ address, family }));
}
