import { networkOf } from "../address.ts";
import type { Context } from "../context.ts";
import type { RateLimit } from "../db/take-rate-limit.ts";
import { isKnownAddress } from "../http/client-address.ts";

type Params = { config: Pick<Context["config"], "trustedProxies">; caller: Pick<Context["caller"], "address"> };

// All visitors of unknown address share one count, so they get the quota of a hundred networks.
const UNKNOWN_FACTOR = 100;

/** Returns the limit of the client's network. Clients of unknown address share one far higher limit. */
export function limitByAddress(limit: RateLimit, { config, caller }: Params): RateLimit & { subject: string } {
  const { address } = caller;
  if (isKnownAddress(address, config)) return { ...limit, subject: networkOf(address) };
  return { ...limit, max: limit.max * UNKNOWN_FACTOR, subject: "unknown" };
}
