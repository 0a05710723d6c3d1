import type { Config } from "../config.ts";
import { VERSION } from "../version.gen.ts";

/**
 * Returns the User-Agent. Its form is fixed, so that hosts recognize podcore, and can read how many subscribers of a feed
 * its requests are for.
 */
export function crawlerUserAgent(config: Pick<Config, "contactUrl">, feed?: { numSubscribers: number }): string {
  const subscribers = feed === undefined ? "" : `; ${feed.numSubscribers} subscribers`;
  return `podcore/${VERSION} (+${config.contactUrl}${subscribers})`;
}
