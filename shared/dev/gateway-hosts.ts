import { isIP } from "node:net";
import type { Config } from "../config.ts";
import { hostName, isLoopbackName } from "../http/host.ts";

type Settings = Pick<Config, "host" | "hosts" | "publicUrl">;

// What home networks call their computers. None of them can be bought, so no stranger makes such a name lead here.
const LOCAL_SUFFIX = /\.(?:local|lan|home|home\.arpa)$/;

/**
 * True if the gateway answers to a Host header. Any name can be made to lead to this address (DNS rebinding), and a page
 * under it could then use podcore. So strangers' names are refused. A request without Host does not come from a browser.
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
