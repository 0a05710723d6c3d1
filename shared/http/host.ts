import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { isSame } from "./authorize.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Returns the name in a Host header in lower case, without port and trailing dot. Undefined if there is no header. */
export function hostName(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

export function isLoopbackName(name: string): boolean {
  return LOOPBACK.test(name);
}

type Names = {
  /** Name of the Knative Service, which equals the artifact's. */
  service: string;
  /** PODCORE_HOSTS. */
  hosts: readonly string[];
};

/**
 * Refuses requests to host names other than a Service's own, because a page whose host resolves to this address could send
 * them (DNS rebinding). Allows requests without Host, which do not come from a browser.
 *
 * @throws UserError 421
 */
export function requireServiceHost(headers: IncomingHttpHeaders, { service, hosts }: Names): void {
  const name = hostName(headers.host);
  if (name === undefined || isLoopbackName(name) || hosts.includes(name) || isService(name, service)) return;
  throw misdirected(headers.host ?? "");
}

/** Header that proves to an artifact that a request came through the gateway of `npm start`. */
export const GATEWAY_HEADER = "x-podcore-gateway";

/**
 * Refuses requests that did not come through the gateway of `npm start`, which checks the Host. Otherwise a page whose host
 * resolves to this address (DNS rebinding) could search for the port behind the gateway.
 *
 * @throws UserError 421
 */
export function requireGateway(
  headers: IncomingHttpHeaders,
  { gatewayToken, publicUrl }: Pick<Config, "gatewayToken" | "publicUrl">,
): void {
  const given = headers[GATEWAY_HEADER];
  if (gatewayToken === undefined || isSame(typeof given === "string" ? given : undefined, gatewayToken)) return;
  throw new UserError(421, `Cannot answer at this port: podcore is at ${publicUrl}`);
}

/** Makes the error for a host name that is not podcore's (RFC 9110 15.5.20). */
export function misdirected(host: string): UserError {
  const shown = host.slice(0, 100);
  return new UserError(421, `Cannot answer for the host "${shown}": if it is podcore's, add it to PODCORE_HOSTS`);
}

/** Returns true for the Service's DNS names, with or without a traffic tag: `internal`, `canary-internal.podcore.svc`. */
function isService(name: string, service: string): boolean {
  const [first = "", ...rest] = name.split(".");
  const isOwn = first === service || first.endsWith(`-${service}`);
  return isOwn && (rest.length === 0 || /^[a-z0-9-]+\.svc(?:\.cluster\.local)?$/.test(rest.join(".")));
}
