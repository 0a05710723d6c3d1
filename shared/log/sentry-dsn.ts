import { VERSION } from "../version.gen.ts";

/** The URL that a DSN says to post envelopes to, and the headers that authenticate them. */
export type SentryEndpoint = { url: URL; headers: Record<string, string> };

/**
 * Parses `https://key@host/prefix/project`, which config.ts has validated. DSNs of old servers have a secret after the key.
 * https://develop.sentry.dev/sdk/foundations/transport/authentication/
 */
export function readDsn(dsn: string): SentryEndpoint {
  const { origin, username, password, pathname } = new URL(dsn);
  const projectAt = pathname.lastIndexOf("/") + 1;
  const url = new URL(`${pathname.slice(0, projectAt)}api/${pathname.slice(projectAt)}/envelope/`, origin);
  const auth = [`sentry_version=7`, `sentry_client=podcore/${VERSION}`, `sentry_key=${username}`];
  if (password !== "") auth.push(`sentry_secret=${password}`);
  return {
    url,
    headers: { "content-type": "application/x-sentry-envelope", "x-sentry-auth": `Sentry ${auth.join(", ")}` },
  };
}
