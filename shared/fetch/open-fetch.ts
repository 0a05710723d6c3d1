import type { Config } from "../config.ts";
import { VERSION } from "../version.gen.ts";
import { createFetch, type Fetch } from "./fetch.ts";

/** Opens the fetcher as the settings say. Its User-Agent has a constant form, by which hosts know podcore. */
export function openFetch(config: Config): Fetch {
  return createFetch({ allow: config.fetchAllow, userAgent: `podcore/${VERSION} (+${config.contactUrl})` });
}
