import type { Context } from "../context.ts";
import { whileRenewing } from "../jobs/lease-keeper.ts";
import { type Claim, claimDuePodcasts, LEASE_SECONDS } from "./claim-due-podcasts.ts";
import { renewLeases } from "./renew-leases.ts";

type Params<T> = { podcastId: number; work(claim: Claim): Promise<T> };

/**
 * Claims one podcast, due or not, and renews its lease while `work` runs. `work` must end or release the claim.
 *
 * @returns undefined if the podcast is gone, or leased, or if two crawlers in a row ended during its crawl (only the
 * crawl tick crawls such a feed, alone)
 */
export async function run<T>(ctx: Context, { podcastId, work }: Params<T>): Promise<T | undefined> {
  const [claim] = await claimDuePodcasts(ctx.db, { limit: 1, podcastId });
  if (claim === undefined) return undefined;
  return whileRenewing(ctx, {
    leaseSeconds: LEASE_SECONDS,
    renew: () => renewLeases(ctx.db, [claim]),
    work: () => work(claim),
  });
}
