import type { IncomingHttpHeaders } from "node:http";
import { UserError } from "../errors.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Returns the name in a Host header: lower-case, without the port and a trailing dot. Undefined if there is none. */
export function hostName(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

export function isLoopbackName(name: string): boolean {
  return LOOPBACK.test(name);
}

type Names = {
  /** Of the Knative Service, which is the artifact's. */
  service: string;
  /** PODCORE_HOSTS. */
  hosts: readonly string[];
};

/**
 * Refuses requests to another host than a Service's own: a page whose host resolves to this address (DNS rebinding) could
 * send them. A request without Host does not come from a browser.
 *
 * @throws UserError 421
 */
export function requireServiceHost(headers: IncomingHttpHeaders, { service, hosts }: Names): void {
  const name = hostName(headers.host);
  if (name === undefined || isLoopbackName(name) || hosts.includes(name) || isService(name, service)) return;
  throw misdirected(headers.host ?? "");
}

/** What is answered to a host that is not podcore's (RFC 9110 15.5.20). */
export function misdirected(host: string): UserError {
  const shown = host.slice(0, 100);
  return new UserError(421, `Cannot answer for the host "${shown}": if it is podcore's, add it to PODCORE_HOSTS`);
}

/** As the cluster's DNS has it, with a traffic tag or without: `internal`, `canary-internal.podcore.svc.cluster.local`. */
function isService(name: string, service: string): boolean {
  const [first = "", ...rest] = name.split(".");
  const isOwn = first === service || first.endsWith(`-${service}`);
  return isOwn && (rest.length === 0 || /^[a-z0-9-]+\.svc(?:\.cluster\.local)?$/.test(rest.join(".")));
}
