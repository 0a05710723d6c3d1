import type { Context } from "../context.ts";
import { whileRenewing } from "../jobs/lease-keeper.ts";
import { claimPodcast } from "./claim-podcast.ts";
import { type Claim, LEASE_SECONDS } from "./lease-podcasts.ts";
import { renewLeases } from "./renew-leases.ts";

type Params<T> = Parameters<typeof claimPodcast>[1] & { work(claim: Claim): Promise<T> };

/**
 * Claims one podcast, due or not, and renews its lease while `work` runs. `work` must end or release the claim.
 *
 * @returns undefined if the podcast is gone, or leased, or its host pauses or (with `hasTurn`) is busy, or if two crawlers in a row ended during its
 * crawl (only the crawl tick crawls such a feed, alone)
 */
export async function run<T>(ctx: Context, { work, ...which }: Params<T>): Promise<T | undefined> {
  const claim = await claimPodcast(ctx.db, which);
  if (claim === undefined) return undefined;
  return whileRenewing(ctx, {
    leaseSeconds: LEASE_SECONDS,
    renew: () => renewLeases(ctx.db, [claim]),
    work: () => work(claim),
  });
}
