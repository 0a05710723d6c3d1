import type { Context } from "../context.ts";
import type { RateLimit } from "../db/take-rate-limit.ts";
import { isKnownAddress } from "../http/client-address.ts";
import { networkOf } from "../http/network.ts";

type Asking = { config: Pick<Context["config"], "trustedProxies">; caller: Pick<Context["caller"], "address"> };

// All visitors of unknown addresses share one count, so it takes a hundred networks' worth before any of them is refused.
const UNKNOWN_FACTOR = 100;

/** Returns the limit of the client's network. Clients of unknown addresses have a far higher one together. */
export function limitByAddress(limit: RateLimit, { config, caller }: Asking): RateLimit & { subject: string } {
  const { address } = caller;
  if (isKnownAddress(address, config)) return { ...limit, subject: networkOf(address) };
  return { ...limit, max: limit.max * UNKNOWN_FACTOR, subject: "unknown" };
}
