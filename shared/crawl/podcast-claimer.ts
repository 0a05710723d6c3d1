import type { Context } from "../context.ts";
import { whileRenewing } from "../jobs/lease-keeper.ts";
import { type Claim, claimDuePodcasts, LEASE_SECONDS } from "./claim-due-podcasts.ts";
import { renewLeases } from "./renew-leases.ts";

type Params<T> = { podcastId: number; work(claim: Claim): Promise<T> };

/**
 * Claims one podcast, due or not, and keeps its lease while `work` is at it, which ends the claim or gives it back.
 *
 * @returns undefined where the podcast is gone or held, or its feed may have killed two crawlers in a row: that is tried
 *   by the crawl tick, alone
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
