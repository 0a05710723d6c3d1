import type { Config } from "../config.ts";
import { VERSION } from "../version.gen.ts";
import { createFetch, type Fetch } from "./fetch.ts";

/** Opens the fetcher with the configured settings. Its User-Agent has a fixed format, so that hosts can recognize podcore. */
export function openFetch(config: Config): Fetch {
  return createFetch({ allow: config.fetchAllow, userAgent: `podcore/${VERSION} (+${config.contactUrl})` });
}
