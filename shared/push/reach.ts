import { isIP } from "node:net";
import { isGlobal } from "../address.ts";
import type { Config } from "../config.ts";
import { isLoopbackName } from "../http/host.ts";

// Names that no hub on the internet can resolve (RFC 6761, RFC 6762, RFC 8375), and those of home networks.
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|lan|home|internal|home\.arpa|test|invalid)$/;

/**
 * Tells which hubs can reach this site at PODCORE_PUBLIC_URL, and so push to it: those on the internet, only those on this
 * computer, or none.
 */
export function reachOf({ publicUrl }: Pick<Config, "publicUrl">): "internet" | "loopback" | "none" {
  const { hostname } = new URL(publicUrl);
  if (isLoopbackName(hostname)) return "loopback";
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) !== 0) return isGlobal(address) ? "internet" : "none";
  return hostname.includes(".") && !LOCAL_NAME.test(hostname) ? "internet" : "none";
}
