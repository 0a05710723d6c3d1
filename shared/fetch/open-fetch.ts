import type { Config } from "../config.ts";
import { createFetch, type Fetch } from "./fetch.ts";
import { crawlerUserAgent } from "./user-agent.ts";

/** Opens the fetcher with the configured settings. */
export function openFetch(config: Config): Fetch {
  return createFetch({ allow: config.fetchAllow, userAgent: crawlerUserAgent(config) });
}
