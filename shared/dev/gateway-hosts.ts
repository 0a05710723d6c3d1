import { isIP } from "node:net";
import type { Config } from "../config.ts";
import { hostName, isLoopbackName } from "../http/host.ts";

type Settings = Pick<Config, "host" | "hosts" | "publicUrl">;

// Suffixes of home networks. Nobody can register them, so an attacker cannot make such a name resolve to this address.
const LOCAL_SUFFIX = /\.(?:local|lan|home|home\.arpa)$/;

/**
 * Returns true if the gateway answers to a Host header. Refuses other names, because an attacker's name could resolve
 * to this address (DNS rebinding), and a page under it could then use podcore. Allows requests without Host, which do
 * not come from a browser.
 */
export function isOwnHost(host: string | undefined, { host: listens, hosts, publicUrl }: Settings): boolean {
  const name = hostName(host);
  if (name === undefined || isLoopbackName(name) || hosts.includes(name)) return true;
  if (name === new URL(publicUrl).hostname) return true;
  return !isLoopback(listens) && (isLiteral(name) || !name.includes(".") || LOCAL_SUFFIX.test(name));
}

function isLoopback(address: string): boolean {
  return isLoopbackName(address) || address === "::1";
}

function isLiteral(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}
